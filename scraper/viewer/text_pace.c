/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text_pace.h"

bool text_pace_sent(struct text_pace *pace, uint64_t now)
{
	const uint64_t ahead = (TEXT_PACE_BURST - 1) * TEXT_PACE_USEC;

	pace->paid = (pace->paid > now ? pace->paid : now) + TEXT_PACE_USEC;
	pace->due = pace->paid > now + ahead ? pace->paid - ahead : 0;
	return pace->due;
}

uint64_t text_pace_due(const struct text_pace *pace)
{
	return pace->due;
}

void text_pace_resume(struct text_pace *pace)
{
	pace->due = 0;
}
