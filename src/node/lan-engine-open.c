/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Opening and closing a profile, step by step, on the engine's thread. */
#include "lan-engine-private.h"

static void
fail (LanEngine *engine, GError *error)
{
  LanEvent *event = lan_event_new (LAN_EVENT_OPENED);

  event->error = error;
  lan_engine_tell (engine, event);
  lan_engine_close (engine);
}

void
lan_engine_open (LanEngine *engine, const char *name, const char *passphrase)
{
  GError *error = NULL;

  if (engine->stage != LAN_ENGINE_NEW)
    return;
  engine->stage = LAN_ENGINE_OPENING;
  engine->profile = lan_profile_lock (engine->config.profile_dir, name != NULL, &error);
  if (engine->profile == NULL) {
    fail (engine, error);
    return;
  }
  fail (engine, g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED,
                                     "the parts below are not joined yet"));
}

void
lan_engine_close (LanEngine *engine)
{
  engine->close_asked = TRUE;
  g_clear_pointer (&engine->profile, lan_profile_free);
  lan_engine_finish (engine);
}
