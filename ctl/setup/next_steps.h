/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left to do after setup, as doctor finds it: the password, a restart of the desktop. */
#ifndef GPUDESK_NEXT_STEPS_H
#define GPUDESK_NEXT_STEPS_H

/* Runs `gpudesk doctor` and prints its problems and its verdict. */
void next_steps_print(void);

#endif
