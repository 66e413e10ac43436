/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-jitter.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_US      20000
#define MARGIN_US     8000 /* on top of what recent packets needed */
#define CALM_FRAMES   10   /* between two changes of the wait */
#define JUMP_FRAMES   25   /* off by more than this: begin anew */
#define PERCENT       97
#define FIRST_WAIT_US 40000

void
lan_jitter_init (LanJitter *j)
{
  memset (j, 0, sizeof *j);
  j->target_us = FIRST_WAIT_US;
}

static void
begin (LanJitter *j, guint8 stream, guint32 sequence, guint32 frame, gboolean is_new_stream)
{
  for (guint i = 0; i < LAN_JITTER_SLOTS; i++)
    j->slots[i].len = 0;
  j->is_started = TRUE;
  j->is_primed = FALSE;
  j->next = j->newest = frame;
  j->played = sequence - 1;
  j->unknown = 0;
  j->n_delays = j->next_delay = 0;
  j->target_us = MAX (j->target_us, FIRST_WAIT_US);
  if (is_new_stream) {
    j->stream = stream;
    j->first = j->highest = sequence;
    j->received = 0;
  }
}

static int
compare_delays (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* The wait that all but a few of the recent packets would have come in time for. */
static void
learn (LanJitter *j, gint64 delay_us)
{
  gint64 sorted[LAN_JITTER_HISTORY];
  gint64 wait_us;

  j->delays[j->next_delay] = delay_us;
  j->next_delay = (j->next_delay + 1) % LAN_JITTER_HISTORY;
  if (j->n_delays < LAN_JITTER_HISTORY)
    j->n_delays++;
  memcpy (sorted, j->delays, j->n_delays * sizeof sorted[0]);
  qsort (sorted, j->n_delays, sizeof sorted[0], compare_delays);
  j->base_us = sorted[0];
  wait_us = sorted[(j->n_delays - 1) * PERCENT / 100] - j->base_us + MARGIN_US;
  if (j->n_delays < 10) /* not much is known yet */
    wait_us = MAX (wait_us, FIRST_WAIT_US);
  j->target_us = CLAMP (wait_us, LAN_JITTER_MIN_US, LAN_JITTER_MAX_US);
}

static void
count (LanJitter *j, guint32 sequence, gint64 delay_us)
{
  gint64 change_us = delay_us - j->transit_us;

  if (j->received > 0)
    j->jitter_us += (ABS (change_us) - j->jitter_us) / 16;
  j->transit_us = delay_us;
  j->received++;
  if ((gint32) (sequence - j->highest) > 0)
    j->highest = sequence;
}

gboolean
lan_jitter_put (LanJitter *j, guint8 stream, guint32 sequence, guint32 frame, const guint8 *payload,
                gsize len, gint64 now_us)
{
  gint64 delay_us = now_us - (gint64) frame * FRAME_US;
  gboolean is_new = !j->is_started || stream != j->stream;
  LanJitterSlot *slot = &j->slots[frame % LAN_JITTER_SLOTS];

  if (len == 0 || len > LAN_JITTER_PAYLOAD_MAX)
    return FALSE;
  if (j->is_started && is_new && (gint8) (stream - j->stream) < 0)
    return FALSE; /* what was on its way when the sender began anew */
  if (is_new || (gint32) (frame - j->next) >= LAN_JITTER_SLOTS ||
      (gint32) (frame - j->next) < -(gint32) LAN_JITTER_SLOTS)
    begin (j, stream, sequence, frame, is_new);
  if ((gint32) (frame - j->next) < 0) {
    j->late++;
    count (j, sequence, delay_us);
    learn (j, delay_us);
    return FALSE;
  }
  if (slot->len > 0 && slot->frame == frame)
    return FALSE;
  count (j, sequence, delay_us);
  learn (j, delay_us);
  slot->frame = frame;
  slot->sequence = sequence;
  slot->len = (guint16) len;
  memcpy (slot->payload, payload, len);
  if ((gint32) (frame - j->newest) > 0)
    j->newest = frame;
  return TRUE;
}

static LanJitterSlot *
find (LanJitter *j, guint32 frame)
{
  LanJitterSlot *slot = &j->slots[frame % LAN_JITTER_SLOTS];

  return slot->len > 0 && slot->frame == frame ? slot : NULL;
}

static LanJitterSlot *
find_after (LanJitter *j, guint32 frame)
{
  while ((gint32) (j->newest - frame) > 0) {
    LanJitterSlot *slot = find (j, ++frame);

    if (slot != NULL)
      return slot;
  }
  return NULL;
}

/* Which frame should begin now, from how long packets take. */
static guint32
ideal_frame (const LanJitter *j, gint64 now_us)
{
  gint64 us = now_us - j->base_us - j->target_us;

  return (guint32) (us >= 0 ? us / FRAME_US : -((-us + FRAME_US - 1) / FRAME_US));
}

static void
give (LanJitter *j, LanJitterOut *out, LanJitterSlot *slot)
{
  guint32 gap = slot->sequence - j->played - 1;

  j->concealed += MIN (gap, j->unknown); /* now it is known */
  j->unknown = 0;
  out->take = LAN_JITTER_VOICE;
  out->payload = slot->payload;
  out->len = slot->len;
  slot->len = 0; /* its bytes stay until the next put */
  j->played = slot->sequence;
}

/* A frame that is not here: lost, or never sent because there was nothing to be heard. */
static void
take_missing (LanJitter *j, LanJitterOut *out)
{
  const LanJitterSlot *after = find_after (j, j->next);

  if (after != NULL && after->sequence != j->played + 1) {
    out->take = LAN_JITTER_LOST;
    j->concealed++;
    if (after->frame == j->next + 1) {
      out->payload = after->payload;
      out->len = after->len;
    }
  } else if (after == NULL) {
    out->take = LAN_JITTER_LOST; /* or late, or never sent: nobody knows yet */
    j->unknown++;
  } else {
    out->take = LAN_JITTER_PAUSE;
  }
}

/* Two frames in the time of one: what was heard comes closer to what is said. */
static gboolean
melt (LanJitter *j, LanJitterOut *out)
{
  LanJitterSlot *slot = find (j, j->next), *second = find (j, j->next + 1);

  if (slot == NULL) { /* nothing is missed where nothing is */
    j->next++;
    return FALSE;
  }
  if (second == NULL)
    return FALSE;
  give (j, out, slot);
  out->take = LAN_JITTER_MELT;
  out->second = second->payload;
  out->second_len = second->len;
  second->len = 0;
  j->played = second->sequence;
  j->melted++;
  j->next += 2;
  return TRUE;
}

void
lan_jitter_take (LanJitter *j, LanJitterOut *out, gint64 now_us)
{
  LanJitterSlot *slot;
  gint32 behind;

  memset (out, 0, sizeof *out);
  if (!j->is_started)
    return;
  behind = (gint32) (ideal_frame (j, now_us) - j->next);
  if (!j->is_primed) {
    if (behind < 0)
      return;
    j->is_primed = TRUE;
    j->since_change = 0;
  }
  j->since_change++;
  if (behind > JUMP_FRAMES) {
    j->next += (guint32) behind;
  } else if (behind > 0 && j->since_change >= CALM_FRAMES) {
    j->since_change = 0;
    if (melt (j, out))
      return;
  } else if (behind < -1 && j->since_change >= CALM_FRAMES) {
    j->since_change = 0;
    j->stretched++;
    out->take = LAN_JITTER_STRETCH;
    return;
  }
  slot = find (j, j->next);
  if (slot != NULL)
    give (j, out, slot);
  else
    take_missing (j, out);
  j->next++;
}

guint32
lan_jitter_lost (const LanJitter *j)
{
  guint32 sent = j->is_started ? j->highest - j->first + 1 : 0;

  return sent > j->received ? sent - j->received : 0;
}

gint64
lan_jitter_wait_us (const LanJitter *j)
{
  return j->is_primed ? j->target_us : 0;
}
