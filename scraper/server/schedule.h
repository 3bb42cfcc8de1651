/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the server does what: after all pending input has been handled, it captures the screen if a
 * viewer waits, sends updates, and sets the timer for what is due later.
 *
 * Every decision about when something is done, and the file that makes it:
 *
 *  1. Nothing is captured before a viewer waits for an update: viewer_is_waiting()
 *     (viewer/viewer.c).
 *  2. At most `frame_rate` captures a second on average, with one frame of credit, counted apart
 *     for large areas (more than an eighth of the screen) and small ones: capture/frame_pacer.c.
 *  3. Areas that are redrawn over and over without a change are read in samples, and whole every
 *     200 ms: capture/redraw_sampling.c.
 *  4. 16 rows are checked for drawing that XDamage has missed, 50 ms to 16 s apart:
 *     capture/missed_damage.c.
 *  5. Huge updates (2.5 megapixels and more) to a viewer on this machine are 10 to 20 ms per
 *     megapixel apart while hardly any CPU time is idle: server/cpu_load.c, viewer_held_until().
 *  6. The first huge update after a still screen is sent in two halves: halve()
 *     (viewer/update_plan.c).
 *  7. What was sent with loss is sent again once it rests, a little at a time beside other updates:
 *     viewer/lossless_refresh.c, plan_refresh() (viewer/update_plan.c).
 *  8. The X server is asked for the pointer at a limited rate while some viewer has it painted into
 *     its picture: x11/cursor.c.
 *  9. The size is changed for viewers at most every 250 ms: server/desktop_size.c.
 * 10. Viewers that read nothing, or send no input, are disconnected: viewer/viewer_timeouts.c.
 * 11. Long work yields to keys and pointers every half megabyte: framebuffer/yield.h.
 * 12. While something waits for its time, the X server is asked at most every 4 ms what was drawn
 *     besides: fetch_due() (capture/screen.c).
 * 13. A viewer that has requested a size is sent nothing before the answer: viewer_is_waiting()
 *     (viewer/viewer.c).
 * 14. Work waits for all pending input, but for 16 turns of the loop at most:
 *     server/deferred_work.c. A viewer's turn takes 256 bytes of short messages:
 *     viewer/message_reader.h.
 * 15. Input is taken while the X server works on a reply, and after a second of silence only what
 *     does not need it goes on: server/x_wait.c.
 * 16. Large areas are read in pieces where X needs more than 30 ms for a screen:
 *     capture/read_pieces.c.
 * 17. A viewer is sent 8 clipboard messages at once, and 10 a second in the long run:
 *     viewer/text_pace.c.
 */
#ifndef GPUDESK_SCHEDULE_H
#define GPUDESK_SCHEDULE_H

#include <systemd/sd-event.h>

/* Handlers of the server's `work` and `timer`; userdata is the struct server. */
int schedule_work(sd_event_source *source, void *userdata);
int schedule_timer(sd_event_source *source, uint64_t usec, void *userdata);

#endif
