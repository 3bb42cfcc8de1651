/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scraper's control socket, which `gpudesk` asks: SOCK_SEQPACKET, one message of text each way,
 * then the scraper closes it. Root and the desktop's user may connect. After "watch", which
 * gpudesk-sound asks, the scraper answers as to "status" at once and again whenever a viewer comes
 * or goes or the settings were read again, and closes the connection when it ends or another one
 * watches.
 *
 * The question is one word, without a newline: "status", "watch", "disconnect" (all viewers,
 * now), "reload" (the settings) or "stop". The first line of the answer is "ok" or "error MESSAGE".
 * After "status", lines KEY=VALUE follow; skip unknown keys, and expect only those that apply:
 *
 *   version pid       of the scraper
 *   session display   what is shown: XDG_SESSION_ID and ":0"; only after a viewer was accepted
 *   size              of the screen, WIDTHxHEIGHT in pixels
 *   status_screen     what the viewers are told by the status screen, while there is no desktop
 *   viewers           how many are connected
 *   waiting           how many are accepted, and wait for the desktop
 *   idle_timeout      seconds, or "never"
 *   stops_in          seconds until the scraper ends, if it does and nobody is connected or waits
 *   setting.KEY       the value that a key of gpudesk.conf has in the scraper
 *
 * and for each viewer, N from 0 on:
 *
 *   viewer.N.peer        address and port
 *   viewer.N.since       when it was accepted, seconds of Unix time
 *   viewer.N.view_only   yes or no
 *   viewer.N.frames      updates sent
 *   viewer.N.frame_rate  updates a second, over the last 4 s at most, with one decimal
 *   viewer.N.bytes       written to it
 *   viewer.N.encoding    how pixels were last sent: raw, zlib, zrle, tight, jpeg, hextile
 *   viewer.N.asks_for    the encoding it prefers, in the same words, or a number
 *   viewer.N.link        local or remote
 */
#ifndef GPUDESK_CONTROL_PROTOCOL_H
#define GPUDESK_CONTROL_PROTOCOL_H

#define CONTROL_DIRECTORY GPUDESK_RUNDIR "/control"

enum { CONTROL_QUESTION_MAX = 32, CONTROL_ANSWER_MAX = 32768 };

#endif
