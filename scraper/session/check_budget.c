/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check_budget.h"

bool check_budget_take(struct check_budget *budget, uint64_t now)
{
	if (budget->full < now)
		budget->full = now;
	if (budget->full > now + (uint64_t)(CHECK_BUDGET_RESERVE - 1) * CHECK_BUDGET_INTERVAL) {
		budget->n_refused++;
		return false;
	}
	budget->n_refused = 0;
	budget->full += CHECK_BUDGET_INTERVAL;
	return true;
}

void check_budget_give_back(struct check_budget *budget)
{
	budget->full -= CHECK_BUDGET_INTERVAL;
}
