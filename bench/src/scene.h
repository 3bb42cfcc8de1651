/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cheap synthetic pictures of a 3D viewport. */
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include <stdint.h>

/*
 * Paints frame `index` of `count` of a looping animation, `width` x `height` pixels of 0xRRGGBB,
 * rows `width` pixels apart: a moving smooth gradient, a noisy floor, shaded spheres with slight
 * noise. About 40 % of the pixels carry noise, as in a rendered scene with textures.
 */
void scene_render(uint32_t *pixels, int width, int height, int index, int count);

void scene_fill(uint32_t *pixels, int stride, int x, int y, int width, int height, uint32_t color);

#endif
