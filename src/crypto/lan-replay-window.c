/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-replay-window.h"

#define WORD_BITS 64
#define USABLE    ((LAN_REPLAY_WORDS - 1) * WORD_BITS)

gboolean
lan_replay_window_is_fresh (const LanReplayWindow *w, guint64 counter)
{
  guint64 number = counter + 1; /* so that 0 can mean 'none yet' */

  if (number > w->greatest)
    return TRUE;
  if (w->greatest - number >= USABLE)
    return FALSE;
  return (w->words[number / WORD_BITS % LAN_REPLAY_WORDS] & G_GUINT64_CONSTANT (1)
                                                                << (number % WORD_BITS)) == 0;
}

void
lan_replay_window_mark (LanReplayWindow *w, guint64 counter)
{
  guint64 number = counter + 1, word = number / WORD_BITS, top = w->greatest / WORD_BITS;

  if (number > w->greatest) {
    guint64 steps = MIN (word - top, LAN_REPLAY_WORDS);

    for (guint64 i = 1; i <= steps; i++)
      w->words[(top + i) % LAN_REPLAY_WORDS] = 0;
    w->greatest = number;
  }
  w->words[word % LAN_REPLAY_WORDS] |= G_GUINT64_CONSTANT (1) << (number % WORD_BITS);
}
