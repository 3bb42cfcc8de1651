/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "budget.h"

uint64_t budget_next(const struct budget *budget, const struct budget_limit *limit, uint64_t now)
{
	uint64_t latest = now + (uint64_t)(limit->reserve - 1) * limit->interval;

	return budget->full > latest ? now + (budget->full - latest) : now;
}

void budget_take(struct budget *budget, const struct budget_limit *limit, uint64_t now)
{
	if (budget->full < now)
		budget->full = now;
	budget->full += limit->interval;
}

void budget_give_back(struct budget *budget, const struct budget_limit *limit)
{
	budget->full = budget->full > limit->interval ? budget->full - limit->interval : 0;
}
