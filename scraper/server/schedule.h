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
 *     for large areas (more than a 64th of the screen) and small ones: capture/frame_pacer.c.
 *  3. Areas that are redrawn over and over without a change are read in samples, and whole every
 *     200 ms: capture/redraw_sampling.c.
 *  4. 16 rows are checked for drawing that XDamage has missed, 50 ms to 16 s apart:
 *     capture/missed_damage.c.
 *  5. A huge update (2.2 megapixels and more) to a guacd on this machine is sent in two parts, the
 *     second when guacd has planned the first, which probes 3 ms apart tell: viewer/guacd_clock.c.
 *  6. Meanwhile nothing is captured, unless another viewer waits: capture_held_until()
 *     (server/schedule.c).
 *  7. What was sent with loss is sent again once it rests, a little at a time beside other updates:
 *     viewer/lossless_refresh.c, plan_refresh() (viewer/update_plan.c). What guacd may have sent on
 *     with loss, when there is nothing else to send: plan_padded() (viewer/update_plan.c).
 *  8. The X server is asked for the pointer at a limited rate while some viewer has it painted into
 *     its picture: x11/cursor.c.
 *  9. The size is changed for viewers at most every 250 ms: server/desktop_size.c.
 * 10. Viewers that read nothing, or send no input, are disconnected: viewer/viewer_timeouts.c.
 * 11. Long work yields to keys and pointers every half megabyte: framebuffer/yield.h.
 * 12. While something waits for its time, the X server is asked at most every 4 ms what was drawn
 *     besides: pending_damage_fetch_due() (capture/pending_damage.c); and every 0.5 ms while it
 *     waits for its next strip.
 * 13. A viewer that has requested a size is sent nothing before the answer: viewer_is_waiting()
 *     (viewer/viewer.c).
 * 14. A frame that is drawn in strips is captured when it is whole, or when nothing more has come
 *     for 12 ms: capture/damage_settling.c. It is captured again, up to three times, if something
 *     was drawn just before it was read: is_too_late() (capture/screen.c).
 * 15. A frame that is drawn in steps is captured a little after its first, by up to a quarter of a
 *     period, if its source draws about as often as `frame_rate` allows: capture/frame_pacer.c.
 * 16. Work waits for all pending input, but for 16 turns of the loop at most:
 *     server/deferred_work.c. A viewer's turn takes 256 bytes of short messages:
 *     viewer/message_reader.h.
 * 17. Input is taken while the X server works on a reply, and after a second of silence only what
 *     does not need it goes on; after 10 s the X server is given up: server/x_wait.c.
 * 18. Large areas are read in pieces where X needs more than 30 ms for a screen:
 *     capture/read_pieces.c.
 * 19. A viewer is sent 8 clipboard messages at once, and 10 a second in the long run:
 *     viewer/text_pace.c.
 * 20. During a drag, the X server is asked where the pointer is before each motion, but for a
 *     quarter of the time at most: input/drag_follower.c.
 * 21. A character that is on no key is assigned to a spare key at most every 20 ms, and replaces
 *     another one when programs have read that: input/spare_keys.c. Keys that wait for it are tried
 *     every 20 ms: input/input.c.
 * 22. A display that is opened while viewers see the status screen is shown to them when something
 *     has been drawn on it, or after 5 s: server_lift_veil() (server/server_view.c).
 * 23. The status screen is drawn again when what it says has changed, and for its clock once a
 *     second, if a viewer waits: status_screen_due() (server/status_screen.c).
 */
#ifndef GPUDESK_SCHEDULE_H
#define GPUDESK_SCHEDULE_H

#include <systemd/sd-event.h>

/* Handlers of the server's `work` and `timer`; userdata is the struct server. */
int schedule_work(sd_event_source *source, void *userdata);
int schedule_timer(sd_event_source *source, uint64_t usec, void *userdata);

#endif
