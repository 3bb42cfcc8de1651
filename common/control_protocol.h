/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scraper's control socket, as `gpudesk` asks it: SOCK_SEQPACKET, one message of text each way,
 * then the scraper closes. Root and the desktop's user may connect.
 *
 * The question is one word, without a newline: "status", "disconnect" (all viewers, now) or "stop".
 * The answer's first line is "ok" or "error WORDS". After "status", lines KEY=VALUE follow; keys
 * that are unknown are to be skipped, and those that do not apply are left out:
 *
 *   version pid       of the scraper
 *   session display   what is shown: XDG_SESSION_ID and ":0"; left out until a viewer was let in
 *   size              of the screen, WIDTHxHEIGHT in pixels
 *   viewers           how many are connected
 *   waiting           how many have given the password, and wait for the desktop
 *   idle_timeout      seconds, or "never"
 *   stops_in          seconds until the scraper ends; left out while there are viewers, or for ever
 *
 * and for each viewer, N from 0 on:
 *
 *   viewer.N.peer        address and port
 *   viewer.N.since       when it was let in, seconds of Unix time
 *   viewer.N.view_only   yes or no
 *   viewer.N.frames      updates sent
 *   viewer.N.frame_rate  updates a second, over the last 4 s at most, with one decimal
 *   viewer.N.bytes       written to it
 *   viewer.N.encoding    what pixels were last sent as: raw, zlib, zrle, tight, jpeg, hextile
 *   viewer.N.asks_for    the encoding of its choice, in the same words, or a number
 *   viewer.N.link        local or remote
 */
#ifndef GPUDESK_CONTROL_PROTOCOL_H
#define GPUDESK_CONTROL_PROTOCOL_H

#define CONTROL_DIRECTORY GPUDESK_RUNDIR "/control"

enum { CONTROL_QUESTION_MAX = 32, CONTROL_ANSWER_MAX = 32768 };

#endif
