/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A call between two people. At most one is not over at any time; lan_node_get_call() has the newest.
 * Everything lives in the context of its #LanNode.
 */
#pragma once

#include "lan-api.h"
#include "lan-person.h"

G_BEGIN_DECLS

/**
 * LanCallStatus:
 * @LAN_CALL_STATUS_CALLING: ours: no computer of theirs rings yet
 * @LAN_CALL_STATUS_ALERTING: ours: it rings there
 * @LAN_CALL_STATUS_RINGING: theirs: it rings here
 * @LAN_CALL_STATUS_ANSWERING: theirs: answered here, the other side does not know yet
 * @LAN_CALL_STATUS_ACTIVE: both are in it
 * @LAN_CALL_STATUS_ENDED: over
 */
typedef enum {
  LAN_CALL_STATUS_CALLING = 0,
  LAN_CALL_STATUS_ALERTING = 1,
  LAN_CALL_STATUS_RINGING = 2,
  LAN_CALL_STATUS_ANSWERING = 3,
  LAN_CALL_STATUS_ACTIVE = 4,
  LAN_CALL_STATUS_ENDED = 5,
} LanCallStatus;

/**
 * LanCallQuality:
 * @LAN_CALL_QUALITY_UNKNOWN: too early to say
 * @LAN_CALL_QUALITY_GOOD: as in one room
 * @LAN_CALL_QUALITY_FAIR: some of it is lost, or late
 * @LAN_CALL_QUALITY_POOR: hard to understand
 * @LAN_CALL_QUALITY_NONE: nothing comes from the other side just now
 */
typedef enum {
  LAN_CALL_QUALITY_UNKNOWN = 0,
  LAN_CALL_QUALITY_GOOD = 1,
  LAN_CALL_QUALITY_FAIR = 2,
  LAN_CALL_QUALITY_POOR = 3,
  LAN_CALL_QUALITY_NONE = 4,
} LanCallQuality;

/**
 * LanCallFigure:
 * @LAN_CALL_FIGURE_SENT: packets of voice sent
 * @LAN_CALL_FIGURE_RECEIVED: packets of voice that came
 * @LAN_CALL_FIGURE_LOST: of theirs, that never came
 * @LAN_CALL_FIGURE_LATE: of theirs, that came after their time
 * @LAN_CALL_FIGURE_CONCEALED: frames of 20 ms that were made up
 * @LAN_CALL_FIGURE_RECOVERED: of those, from the packet that followed
 * @LAN_CALL_FIGURE_JITTER_US: microseconds
 * @LAN_CALL_FIGURE_WAIT_US: microseconds in the jitter buffer
 * @LAN_CALL_FIGURE_RTT_US: round trip in microseconds, -1: not known
 * @LAN_CALL_FIGURE_LOSS_OUT: per mille of ours that the other side misses
 * @LAN_CALL_FIGURE_LOSS_IN: per mille of theirs that we miss
 * @LAN_CALL_FIGURE_BITRATE: of our voice, bit/s
 * @LAN_CALL_FIGURE_FIRST_SOUND_US: from the answer to the first sound heard here; 0: none yet
 * @LAN_CALL_FIGURE_LEVEL_IN: 0 to 100, what is said here
 * @LAN_CALL_FIGURE_LEVEL_OUT: 0 to 100, what is heard here
 * @LAN_CALL_FIGURE_RESTARTS: how often the helper process was started again
 * @LAN_CALL_FIGURE_START_US: CLOCK_MONOTONIC of the first sample of what a sink "file:" is given
 * @LAN_CALL_FIGURE_PICTURES_TAKEN: pictures that the camera took
 * @LAN_CALL_FIGURE_PICTURES_SENT: pictures sent
 * @LAN_CALL_FIGURE_PICTURES_REPEATED: pieces of them sent again
 * @LAN_CALL_FIGURE_PICTURE_KEYS_SENT: of them those that need no other
 * @LAN_CALL_FIGURE_PICTURES_SHOWN: the other side's pictures shown
 * @LAN_CALL_FIGURE_PICTURES_LEFT_OUT: those that came too late or could not be decoded
 * @LAN_CALL_FIGURE_PICTURE_PACKETS_LOST: datagrams of pictures that never came
 * @LAN_CALL_FIGURE_PICTURE_PACKETS_ASKED: pieces asked for again
 * @LAN_CALL_FIGURE_PICTURE_PACKETS_REPAIRED: of those, that came
 * @LAN_CALL_FIGURE_PICTURE_KEYS_ASKED: how often a picture that needs no other was asked for
 * @LAN_CALL_FIGURE_PICTURE_FREEZES: times without a new picture for more than 400 ms
 * @LAN_CALL_FIGURE_PICTURE_LONGEST_MS: the longest time without a new one, ms
 * @LAN_CALL_FIGURE_PICTURE_WAIT_MS: that pictures wait here, so that they move evenly, ms
 * @LAN_CALL_FIGURE_PICTURE_QUEUE_MS: that wait in the way to us, ms
 * @LAN_CALL_FIGURE_PICTURE_RATE: bit/s aimed at for our pictures
 * @LAN_CALL_FIGURE_PICTURE_ARRIVING: bit/s of the other side's pictures
 * @LAN_CALL_FIGURE_PICTURE_LOSS_OUT: per mille of our datagrams of pictures that the other side misses
 * @LAN_CALL_FIGURE_PICTURE_NUMBER: of a picture of the test source: which one is shown; -1: none
 * @LAN_CALL_FIGURE_PICTURE_WIDTH_OUT: px, of what is sent
 * @LAN_CALL_FIGURE_PICTURE_HEIGHT_OUT: px
 * @LAN_CALL_FIGURE_PICTURE_WIDTH_IN: px, of what is shown
 * @LAN_CALL_FIGURE_PICTURE_HEIGHT_IN: px
 */
typedef enum {
  LAN_CALL_FIGURE_SENT,
  LAN_CALL_FIGURE_RECEIVED,
  LAN_CALL_FIGURE_LOST,
  LAN_CALL_FIGURE_LATE,
  LAN_CALL_FIGURE_CONCEALED,
  LAN_CALL_FIGURE_RECOVERED,
  LAN_CALL_FIGURE_JITTER_US,
  LAN_CALL_FIGURE_WAIT_US,
  LAN_CALL_FIGURE_RTT_US,
  LAN_CALL_FIGURE_LOSS_OUT,
  LAN_CALL_FIGURE_LOSS_IN,
  LAN_CALL_FIGURE_BITRATE,
  LAN_CALL_FIGURE_FIRST_SOUND_US,
  LAN_CALL_FIGURE_LEVEL_IN,
  LAN_CALL_FIGURE_LEVEL_OUT,
  LAN_CALL_FIGURE_RESTARTS,
  LAN_CALL_FIGURE_START_US,
  LAN_CALL_FIGURE_PICTURES_TAKEN,
  LAN_CALL_FIGURE_PICTURES_SENT,
  LAN_CALL_FIGURE_PICTURES_REPEATED,
  LAN_CALL_FIGURE_PICTURE_KEYS_SENT,
  LAN_CALL_FIGURE_PICTURES_SHOWN,
  LAN_CALL_FIGURE_PICTURES_LEFT_OUT,
  LAN_CALL_FIGURE_PICTURE_PACKETS_LOST,
  LAN_CALL_FIGURE_PICTURE_PACKETS_ASKED,
  LAN_CALL_FIGURE_PICTURE_PACKETS_REPAIRED,
  LAN_CALL_FIGURE_PICTURE_KEYS_ASKED,
  LAN_CALL_FIGURE_PICTURE_FREEZES,
  LAN_CALL_FIGURE_PICTURE_LONGEST_MS,
  LAN_CALL_FIGURE_PICTURE_WAIT_MS,
  LAN_CALL_FIGURE_PICTURE_QUEUE_MS,
  LAN_CALL_FIGURE_PICTURE_RATE,
  LAN_CALL_FIGURE_PICTURE_ARRIVING,
  LAN_CALL_FIGURE_PICTURE_LOSS_OUT,
  LAN_CALL_FIGURE_PICTURE_NUMBER,
  LAN_CALL_FIGURE_PICTURE_WIDTH_OUT,
  LAN_CALL_FIGURE_PICTURE_HEIGHT_OUT,
  LAN_CALL_FIGURE_PICTURE_WIDTH_IN,
  LAN_CALL_FIGURE_PICTURE_HEIGHT_IN,
} LanCallFigure;

#define LAN_TYPE_CALL (lan_call_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanCall, lan_call, LAN, CALL, GObject)

/**
 * lan_call_get_id:
 *
 * Returns: its id in hexadecimal; also that of the message that tells of it afterwards.
 */
LAN_API const char *lan_call_get_id (LanCall *self);

/**
 * lan_call_get_person:
 *
 * Returns: (transfer none): the other side.
 */
LAN_API LanPerson *lan_call_get_person (LanCall *self);
LAN_API gboolean lan_call_get_incoming (LanCall *self);
LAN_API LanCallStatus lan_call_get_status (LanCall *self);

/**
 * lan_call_status_name:
 *
 * Returns: "calling", "alerting", "ringing", "answering", "active", "ended".
 */
LAN_API const char *lan_call_status_name (LanCallStatus status);

/**
 * lan_call_get_end:
 *
 * Returns: why it is over: "hangup", "cancelled", "declined", "busy", "elsewhere", "no-answer",
 *   "crossed" (both called: the other call goes on), "failed", "unreachable", "lost", "gone"; "" before.
 */
LAN_API const char *lan_call_get_end (LanCall *self);

/**
 * lan_call_get_ended_here:
 *
 * Returns: TRUE when this side ended it.
 */
LAN_API gboolean lan_call_get_ended_here (LanCall *self);

/**
 * lan_call_get_missed:
 *
 * Returns: TRUE when it rang here and nobody took or declined it.
 */
LAN_API gboolean lan_call_get_missed (LanCall *self);
LAN_API gboolean lan_call_get_muted (LanCall *self);
LAN_API gboolean lan_call_get_held (LanCall *self);
LAN_API gboolean lan_call_get_other_muted (LanCall *self);
LAN_API gboolean lan_call_get_other_held (LanCall *self);

/**
 * lan_call_get_video:
 *
 * Returns: TRUE when this side shows its pictures.
 */
LAN_API gboolean lan_call_get_video (LanCall *self);

/**
 * lan_call_get_other_video:
 *
 * Returns: TRUE when the other side shows its pictures.
 */
LAN_API gboolean lan_call_get_other_video (LanCall *self);

/**
 * lan_call_get_screen:
 *
 * Returns: TRUE when this side shows a screen. lan_call_get_video() says whether the camera's pictures come back
 *   afterwards.
 */
LAN_API gboolean lan_call_get_screen (LanCall *self);

/**
 * lan_call_get_other_screen:
 *
 * Returns: TRUE when the other side's pictures are a screen; lan_call_get_other_video() is TRUE then as well.
 */
LAN_API gboolean lan_call_get_other_screen (LanCall *self);

/**
 * lan_call_get_no_camera:
 *
 * Returns: TRUE when there is nothing to take pictures with.
 */
LAN_API gboolean lan_call_get_no_camera (LanCall *self);

/**
 * lan_call_get_no_microphone:
 *
 * Returns: TRUE when there is nothing to speak into.
 */
LAN_API gboolean lan_call_get_no_microphone (LanCall *self);

/**
 * lan_call_get_no_speaker:
 *
 * Returns: TRUE when there is nothing to hear with.
 */
LAN_API gboolean lan_call_get_no_speaker (LanCall *self);

/**
 * lan_call_get_answered:
 *
 * Returns: when it was answered, Unix milliseconds; 0: not.
 */
LAN_API gint64 lan_call_get_answered (LanCall *self);

/**
 * lan_call_get_duration:
 *
 * Returns: milliseconds that an ended one lasted.
 */
LAN_API gint64 lan_call_get_duration (LanCall *self);

/**
 * lan_call_get_path:
 *
 * Returns: "direct", "relayed" or "".
 */
LAN_API const char *lan_call_get_path (LanCall *self);
LAN_API LanCallQuality lan_call_get_quality (LanCall *self);
LAN_API gint64 lan_call_get_figure (LanCall *self, LanCallFigure figure);

/**
 * lan_call_get_picture_serial:
 *
 * Returns: changes with each picture of the other side; 0: there is none. Cheap: may be asked for each frame.
 */
LAN_API guint lan_call_get_picture_serial (LanCall *self);

/**
 * lan_call_get_picture:
 * @width: (out): px
 * @height: (out): px
 *
 * Returns: (transfer full) (nullable): what the other side shows now, three bytes a pixel, red first.
 */
LAN_API GBytes *lan_call_get_picture (LanCall *self, guint *width, guint *height);

/**
 * lan_call_answer:
 *
 * Takes a call that rings here. Nothing happens when it does not.
 */
LAN_API void lan_call_answer (LanCall *self);

/**
 * lan_call_end:
 *
 * Hangs up, gives up or declines, as the call stands.
 */
LAN_API void lan_call_end (LanCall *self);
LAN_API void lan_call_set_muted (LanCall *self, gboolean muted);

/**
 * lan_call_set_video:
 *
 * Shows the pictures of lan_node_get_camera() to the other side, or no longer.
 */
LAN_API void lan_call_set_video (LanCall *self, gboolean video);

/**
 * lan_call_share_screen:
 * @source: (nullable): "default", "x11" (all of the X11 screen), "x11:" and the number of a window, "test" (a page of
 *   small text, which moves and stands still); %NULL: no longer
 *
 * Shows a screen to the other side, instead of the camera's pictures; lan_call_get_screen() says when it is shown.
 * What cannot be shown, or is there no more, ends it with the notice "no-screen".
 */
LAN_API void lan_call_share_screen (LanCall *self, const char *source);

/**
 * lan_call_set_held:
 *
 * While held, neither side hears the other.
 */
LAN_API void lan_call_set_held (LanCall *self, gboolean held);

G_END_DECLS
