/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The text by which two paths tell each other where they are (lan-path.h has its layout). Strict:
 * it comes from somebody we know, who may still try to send our STUN checks at strangers. Private
 * to this module; pure but for libnice's plain structs.
 */
#pragma once

#include "lan-path.h"
#include "lan-status.h"

#include <nice/agent.h>

G_BEGIN_DECLS

#define LAN_PATH_UFRAG_MAX    64
#define LAN_PATH_PASSWORD_MAX 128

typedef struct {
  char ufrag[LAN_PATH_UFRAG_MAX + 1]; /* "" when the text has none */
  char password[LAN_PATH_PASSWORD_MAX + 1];
  GSList *candidates; /* of NiceCandidate, owned */
  guint n_candidates;
  gboolean is_direct_only, is_relay_only;
  gboolean is_complete; /* no more will follow */
} LanPathSignal;

LanStatus lan_path_signal_parse (LanPathSignal *signal, const char *text) G_GNUC_WARN_UNUSED_RESULT;
void lan_path_signal_clear (LanPathSignal *signal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanPathSignal, lan_path_signal_clear)

/** Appends the line of @candidate to @text; FALSE when it is of a kind we do not signal. */
gboolean lan_path_signal_append (GString *text, const NiceCandidate *candidate);

G_END_DECLS
