/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was drawn and is not captured yet, and when it may be: small changes at once, what comes in
 * strips when it is whole (damage_settling.h), and no more often than `frame_rate` says
 * (frame_pacer.h). Rectangles are aligned by the caller. Pure; times are µs of one clock, passed
 * in.
 */
#ifndef GPUDESK_PENDING_DAMAGE_H
#define GPUDESK_PENDING_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damage_settling.h"
#include "frame_pacer.h"

enum {
	PENDING_DAMAGE_MAX = 64,   /* rectangles */
	PENDING_DAMAGE_LARGE = 64, /* an area is large if it is more than that part of the screen */
};

struct pending_damage {
	struct frame_pacer pacer;
	struct damage_settling settling;
	struct rect screen;
	bool everything;	   /* capture the whole screen, whatever was reported */
	bool reported;		   /* drawing was reported that has not been fetched */
	uint64_t noticed, fetched; /* when it was; when it was last fetched */
	struct rect rects[PENDING_DAMAGE_MAX];
	size_t n;
};

void pending_damage_init(struct pending_damage *pending, unsigned frame_rate);

/* The screen has this size, and nothing is known of what it shows. */
void pending_damage_reset(struct pending_damage *pending, int width, int height);

/* Something was drawn. */
void pending_damage_reported(struct pending_damage *pending, uint64_t now);

/*
 * When to fetch what was drawn; UINT64_MAX: nothing is reported. Not on every report while
 * something waits for its time: only now and then, since what has been drawn meanwhile may be due
 * before.
 */
uint64_t pending_damage_fetch_due(const struct pending_damage *pending, uint64_t now);

/* Notes what was fetched, from the top down; changes `rects`. */
void pending_damage_fetched(struct pending_damage *pending, struct rect *rects, size_t n,
			    uint64_t now);

/* Adds an area, whoever finds it. */
void pending_damage_add(struct pending_damage *pending, struct rect area);

/* When something may be captured; UINT64_MAX: there is nothing. */
uint64_t pending_damage_due(const struct pending_damage *pending);

/* The number of pixels. */
size_t pending_damage_pixels(const struct pending_damage *pending);

/*
 * All of it that is due is captured now: it is in `rects`, unless `everything` is to be. Returns
 * whether a picture that comes in strips is in it.
 */
bool pending_damage_capture(struct pending_damage *pending, uint64_t now);

/* The capture has been made. */
void pending_damage_captured(struct pending_damage *pending);

#endif
