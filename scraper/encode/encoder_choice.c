/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encoder_choice.h"

#include <string.h>

void method_costs_init(struct method_costs *costs)
{
	static const struct method_cost usual[2][N_METHODS] = {
		{
			[METHOD_RAW] = { 0.4, 4.0 },
			[METHOD_ZLIB] = { 7, 0.10 },
			[METHOD_ZLIB_SMALL] = { 22, 0.06 },
			[METHOD_ZLIB_COARSE] = { 6, 0.09 },
			[METHOD_ZLIB_COARSE_SMALL] = { 17, 0.05 },
			[METHOD_ZRLE] = { 7, 0.04 },
			[METHOD_TIGHT] = { 6, 0.06 },
			[METHOD_JPEG] = { 6, 0.12 },
			[METHOD_HEXTILE] = { 4, 0.8 },
		},
		{
			[METHOD_RAW] = { 0.4, 4.0 },
			[METHOD_ZLIB] = { 18, 0.55 },
			[METHOD_ZLIB_SMALL] = { 40, 0.45 },
			[METHOD_ZLIB_COARSE] = { 9, 0.15 },
			[METHOD_ZLIB_COARSE_SMALL] = { 25, 0.08 },
			[METHOD_ZRLE] = { 20, 0.5 },
			[METHOD_TIGHT] = { 20, 0.65 },
			[METHOD_JPEG] = { 2.5, 0.06 },
			[METHOD_HEXTILE] = { 10, 3.5 },
		},
	};

	memcpy(costs->of, usual, sizeof(usual));
}

static enum method zlib_of_other_level(enum method method)
{
	switch (method) {
	case METHOD_ZLIB:
		return METHOD_ZLIB_SMALL;
	case METHOD_ZLIB_SMALL:
		return METHOD_ZLIB;
	case METHOD_ZLIB_COARSE:
		return METHOD_ZLIB_COARSE_SMALL;
	default:
		return METHOD_ZLIB_COARSE;
	}
}

void method_costs_learn(struct method_costs *costs, enum method method, bool picture,
			uint64_t pixels, uint64_t nsec, uint64_t bytes)
{
	enum { FULL_WEIGHT_PIXELS = 256 * 1024 };
	struct method_cost *cost = &costs->of[picture][method];

	if (!pixels)
		return;
	double weight = pixels >= FULL_WEIGHT_PIXELS
				? 0.25
				: 0.25 * (double)pixels / (double)FULL_WEIGHT_PIXELS;
	struct method_cost before = *cost;
	cost->cpu += weight * ((double)nsec / (double)pixels - cost->cpu);
	cost->bytes += weight * ((double)bytes / (double)pixels - cost->bytes);
	/* What is hard for one level is hard for the other. */
	if (!method_is_zlib(method))
		return;
	struct method_cost *other = &costs->of[picture][zlib_of_other_level(method)];
	other->cpu *= cost->cpu / before.cpu;
	other->bytes *= cost->bytes / before.bytes;
}

static bool is_possible(const struct choice *choice, enum method method)
{
	const struct client_encodings *encodings = choice->encodings;

	switch (method) {
	case METHOD_RAW:
		return true; /* every viewer takes it: RFC 6143, 7.7.1 */
	case METHOD_ZLIB:
	case METHOD_ZLIB_SMALL:
	case METHOD_ZLIB_COARSE:
	case METHOD_ZLIB_COARSE_SMALL:
		return choice->native && !choice->no_zlib &&
		       client_lists(encodings, CLIENT_ENCODING_ZLIB);
	case METHOD_ZRLE:
		/* Zlib rather than ZRLE: libvncclient's ZRLE leaves garbage in the padding byte,
		 * which triples guacd's work. */
		return !choice->no_zrle && !is_possible(choice, METHOD_ZLIB) &&
		       client_lists(encodings, CLIENT_ENCODING_ZRLE);
	case METHOD_TIGHT:
		return client_lists(encodings, CLIENT_ENCODING_TIGHT);
	case METHOD_JPEG:
		return encodings->quality >= 0 && client_lists(encodings, CLIENT_ENCODING_TIGHT);
	case METHOD_HEXTILE:
		return client_lists(encodings, CLIENT_ENCODING_HEXTILE);
	default:
		return false;
	}
}

/* ns a pixel until the viewer has it. */
static double time_of(const struct choice *choice, const struct method_cost *cost)
{
	return cost->cpu + cost->bytes * 1e9 / (double)choice->rate;
}

/*
 * Whether loss is worth it: for what is in motion and would take noticeably long without, and for
 * what would take so long that a coarse picture is better than none.
 */
static bool may_lose(const struct choice *choice, const struct method_cost *lossless)
{
	double usec = time_of(choice, lossless) * (double)choice->pixels / 1000;

	return choice->mode != COMPRESSION_BEST &&
	       usec >= (choice->moving ? CHOICE_LOSS_FROM : CHOICE_SIGHT_FROM);
}

/* What decides: time, or CPU time alone, or bytes alone. */
static double price(const struct choice *choice, const struct method_cost *cost)
{
	switch (choice->mode) {
	case COMPRESSION_FAST:
		return cost->cpu;
	case COMPRESSION_BEST:
		return cost->bytes;
	default:
		return time_of(choice, cost);
	}
}

/* The cheapest possible method, of the lossy ones or of the others. RAW: none is better. */
static enum method cheapest(const struct choice *choice, const struct method_cost *of, bool lossy)
{
	bool always_compress = choice->mode == COMPRESSION_FAST || choice->mode == COMPRESSION_BEST;
	enum method best = METHOD_RAW;

	for (enum method method = METHOD_RAW + 1; method < N_METHODS; method++) {
		if (method_is_lossy(method) != lossy || !is_possible(choice, method))
			continue;
		if ((always_compress && best == METHOD_RAW) ||
		    price(choice, &of[method]) < price(choice, &of[best]))
			best = method;
	}
	return best;
}

const char *method_name(enum method method)
{
	static const char *const names[N_METHODS] = {
		[METHOD_RAW] = "raw",	[METHOD_ZRLE] = "zrle",	      [METHOD_TIGHT] = "tight",
		[METHOD_JPEG] = "jpeg", [METHOD_HEXTILE] = "hextile",
	};

	return method_is_zlib(method) ? "zlib" : names[method];
}

enum method choose_method(const struct choice *choice, const struct method_costs *costs)
{
	const struct method_cost *of = costs->of[choice->picture];

	if (choice->mode == COMPRESSION_NONE || (choice->mode == COMPRESSION_AUTO && choice->local))
		return METHOD_RAW;
	enum method exact = cheapest(choice, of, false);
	if (!may_lose(choice, &of[exact]))
		return exact;
	enum method lossy = cheapest(choice, of, true);
	return price(choice, &of[lossy]) < price(choice, &of[exact]) ? lossy : exact;
}
