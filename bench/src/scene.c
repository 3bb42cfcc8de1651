/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scene.h"

#include <math.h>
#include <stdlib.h>

struct sphere {
	double x, y, radius;
	int red, green, blue;
};

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static uint32_t channel(int value)
{
	return (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static uint32_t rgb(int red, int green, int blue)
{
	return channel(red) << 16 | channel(green) << 8 | channel(blue);
}

static void render_background(uint32_t *pixels, int width, int height, double phase, uint32_t *rng)
{
	int *wave = malloc((size_t)width * sizeof(*wave));

	if (!wave)
		return;
	for (int x = 0; x < width; x++)
		wave[x] = (int)(40 + 30 * sin(4.0 * x / width + phase));
	for (int y = 0; y < height; y++) {
		int base = 60 + y * 120 / height;

		for (int x = 0; x < width; x++) {
			int noise = y > height * 3 / 4 ? (int)(next_random(rng) & 7) - 4 : 0;
			int level = base / 2 + wave[x] + noise;

			*pixels++ = rgb(level, level + 10, level + base / 2);
		}
	}
	free(wave);
}

static void render_sphere(uint32_t *pixels, int width, int height, const struct sphere *s,
			  uint32_t *rng)
{
	int top = (int)fmax(0, s->y - s->radius), bottom = (int)fmin(height, s->y + s->radius);

	for (int y = top; y < bottom; y++) {
		double dy = (y - s->y) / s->radius, half = s->radius * sqrt(fmax(0, 1 - dy * dy));
		int left = (int)fmax(0, s->x - half), right = (int)fmin(width, s->x + half);

		for (int x = left; x < right; x++) {
			float u = (float)((x - s->x) / s->radius), v = (float)dy;
			float z = sqrtf(fmaxf(0, 1 - u * u - v * v));
			float light = 0.25f + 0.75f * fmaxf(0, 0.5f * z - 0.5f * u - 0.6f * v);
			int noise = (int)(next_random(rng) & 3) - 2;

			pixels[(size_t)y * (size_t)width + (size_t)x] = rgb(
				(int)((float)s->red * light) + noise,
				(int)((float)s->green * light) + noise,
				(int)((float)s->blue * light) + noise);
		}
	}
}

void scene_render(uint32_t *pixels, int width, int height, int index, int count)
{
	uint32_t rng = 0x12345u + 7919u * (uint32_t)index;
	double phase = 2 * M_PI * index / count;

	render_background(pixels, width, height, phase, &rng);
	for (int i = 0; i < 6; i++) {
		struct sphere s = {
			.x = width * (0.5 + 0.38 * sin(phase + i * 1.1)),
			.y = height * (0.45 + 0.30 * cos(phase + i * 1.7)),
			.radius = height * (0.10 + 0.03 * i),
			.red = 80 + 30 * i,
			.green = 220 - 25 * i,
			.blue = 60 + (i * 67) % 160,
		};

		render_sphere(pixels, width, height, &s, &rng);
	}
}

void scene_fill(uint32_t *pixels, int stride, int x, int y, int width, int height, uint32_t color)
{
	for (int j = y; j < y + height; j++)
		for (int i = x; i < x + width; i++)
			pixels[(size_t)j * (size_t)stride + (size_t)i] = color;
}
