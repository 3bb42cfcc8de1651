/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encoding_choice.h"

#include <stddef.h>

void method_costs_init(struct method_costs *costs)
{
	*costs = (struct method_costs){ .of = {
						{
							[METHOD_RAW] = { 0.4, 4.0 },
							[METHOD_ZLIB] = { 8, 0.20 },
							[METHOD_ZLIB_COARSE] = { 8, 0.18 },
							[METHOD_ZRLE] = { 14, 0.15 },
							[METHOD_TIGHT] = { 7, 0.18 },
							[METHOD_JPEG] = { 5, 0.12 },
							[METHOD_HEXTILE] = { 4, 0.8 },
						},
						{
							[METHOD_RAW] = { 0.4, 4.0 },
							[METHOD_ZLIB] = { 16, 0.9 },
							[METHOD_ZLIB_COARSE] = { 11, 0.2 },
							[METHOD_ZRLE] = { 55, 0.75 },
							[METHOD_TIGHT] = { 25, 0.8 },
							[METHOD_JPEG] = { 2.5, 0.08 },
							[METHOD_HEXTILE] = { 10, 3.5 },
						},
					} };
}

void method_costs_learn(struct method_costs *costs, enum method method, bool moving,
			uint64_t pixels, uint64_t nsec, uint64_t bytes)
{
	enum { FULL_WEIGHT_PIXELS = 256 * 1024 };
	struct method_cost *cost = &costs->of[moving][method];

	if (!pixels)
		return;
	double weight = pixels >= FULL_WEIGHT_PIXELS ? 0.25
						     : 0.25 * (double)pixels / FULL_WEIGHT_PIXELS;
	cost->cpu += weight * ((double)nsec / (double)pixels - cost->cpu);
	cost->bytes += weight * ((double)bytes / (double)pixels - cost->bytes);
}

static bool is_possible(const struct choice *choice, enum method method)
{
	const struct client_encodings *encodings = choice->encodings;

	switch (method) {
	case METHOD_RAW:
		return true; /* everybody must take it: RFC 6143, 7.7.1 */
	case METHOD_ZLIB:
	case METHOD_ZLIB_COARSE:
		return choice->native && !choice->no_zlib &&
		       client_lists(encodings, CLIENT_ENCODING_ZLIB);
	case METHOD_ZRLE:
		/* Only one of the two, and libvncclient's ZRLE leaves garbage in the padding byte,
		 * which costs guacd dear. */
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

/*
 * Whether some loss is worth it: what moves and would take a noticeable time without; and what
 * would take so long that a first sight of it is better than none.
 */
static bool may_lose(const struct choice *choice, const struct method_cost *of)
{
	const struct method_cost *lossless = &of[METHOD_ZLIB];
	double nsec = lossless->cpu + lossless->bytes * 1e9 / (double)choice->rate;
	double usec = nsec * (double)choice->pixels / 1000;

	return choice->mode != COMPRESSION_BEST &&
	       usec >= (choice->moving ? CHOICE_LOSS_FROM : CHOICE_SIGHT_FROM);
}

/* What decides: ns a pixel until the viewer has it; or CPU alone, or bytes alone. */
static double price(const struct choice *choice, const struct method_cost *cost)
{
	switch (choice->mode) {
	case COMPRESSION_FAST:
		return cost->cpu;
	case COMPRESSION_BEST:
		return cost->bytes;
	default:
		return cost->cpu + cost->bytes * 1e9 / (double)choice->rate;
	}
}

const char *method_name(enum method method)
{
	static const char *const names[N_METHODS] = {
		[METHOD_RAW] = "raw",	       [METHOD_ZLIB] = "zlib",
		[METHOD_ZLIB_COARSE] = "zlib", [METHOD_ZRLE] = "zrle",
		[METHOD_TIGHT] = "tight",      [METHOD_JPEG] = "jpeg",
		[METHOD_HEXTILE] = "hextile",
	};

	return names[method];
}

enum method choose_method(const struct choice *choice, const struct method_costs *costs)
{
	const struct method_cost *of = costs->of[choice->moving];
	bool always_compress = choice->mode == COMPRESSION_FAST || choice->mode == COMPRESSION_BEST;
	enum method best = METHOD_RAW;

	if (choice->mode == COMPRESSION_NONE || (choice->mode == COMPRESSION_AUTO && choice->local))
		return METHOD_RAW;
	for (enum method method = METHOD_RAW + 1; method < N_METHODS; method++) {
		if (!is_possible(choice, method))
			continue;
		if (method_is_lossy(method) && !may_lose(choice, of))
			continue;
		if ((always_compress && best == METHOD_RAW) ||
		    price(choice, &of[method]) < price(choice, &of[best]))
			best = method;
	}
	return best;
}
