/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The line that somebody writes under their name, for contacts to whom no channel is open: sealed from
 * device to device like the signals of links, so that the server sees that something was said and not
 * what. Nothing is kept; who comes later is told when they come.
 */
#include "lan-engine-server-private.h"

#include "lan-attested.h"
#include "lan-frame.h"

#define DEVICES_MAX 16

static gboolean
may_know (LanEngine *engine, const LanAccountId *account)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, account);

  return row != NULL && (row->flags & LAN_PERSON_ACCEPTED) != 0 &&
         (row->flags & LAN_PERSON_BLOCKED) == 0 && row->trust != LAN_TRUST_REVOKED &&
         row->trust != LAN_TRUST_CHANGED;
}

static GBytes *
make_frame (LanEngine *engine)
{
  Lanyard__Presence presence = LANYARD__PRESENCE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  presence.state = LANYARD__PRESENCE_STATE__AVAILABLE; /* the server says which one it is */
  presence.status_text = engine->status_text != NULL ? engine->status_text : (char *) "";
  frame.body_case = LANYARD__FRAME__BODY_PRESENCE;
  frame.presence = &presence;
  return lan_frame_encode (&frame);
}

void
lan_engine_server_tell_status (LanEngine *engine, const LanServerPresence *presence)
{
  LanCert certs[DEVICES_MAX];
  g_autoptr (GBytes) frame = NULL;
  guint n;

  if (!engine->server->is_online || !may_know (engine, &presence->account))
    return;
  frame = make_frame (engine);
  n = lan_core_get_devices (engine->core, &presence->account, certs, DEVICES_MAX);
  for (guint i = 0; i < n; i++) {
    const LanLinkId of_no_link = { { 0 } };

    if (lan_engine_server_has_post (engine, &presence->account, &certs[i].device))
      lan_engine_server_send_signal (engine, &certs[i].device, certs[i].dh_public, &of_no_link,
                                     frame);
  }
}

void
lan_engine_server_tell_status_to_all (LanEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  if (engine->server == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->server->presence);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_engine_server_tell_status (engine, value);
}

void
lan_engine_server_on_status (LanEngine *engine, const LanAccountId *account, const LanFrame *frame)
{
  if (may_know (engine, account))
    lan_core_status_text (engine->core, account, frame->presence->status_text, &engine->now);
}
