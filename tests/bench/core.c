/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Two LanCores joined in memory, with a history that is always done at once: how many messages a
 * second, signed, framed, checked and acknowledged, one processor does for both sides together.
 * Usage: bench-core [messages each way]
 */
#include "lan-core.h"
#include "lan-device-list.h"

#include <stdlib.h>
#include <string.h>

#define WALL_MS G_GINT64_CONSTANT (1790000000000)

typedef struct {
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *list, *cert;
  LanCore *core;
  GQueue inbox; /* of GBytes */
  guint received, delivered, commits, frames;
} Side;

static LanSeededRandom seeded;
static LanTime now = { G_USEC_PER_SEC, WALL_MS };

static void
side_init (Side *side)
{
  LanDeviceList list = { .seq = 1, .time_s = WALL_MS / 1000, .n_devices = 1 };
  LanCoreConfig config;

  side->account = lan_account_keys_new (&seeded.base);
  list.account = *lan_account_keys_id (side->account);
  side->device = lan_device_keys_new (&list.account, &seeded.base);
  side->cert = lan_cert_issue (side->account, side->device, "Bench", WALL_MS / 1000,
                               WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 1, 0);
  list.devices[0].device = *lan_device_keys_id (side->device);
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (side->cert, NULL),
                 g_bytes_get_size (side->cert));
  side->list = lan_device_list_issue (&list, side->account);
  config = (LanCoreConfig){ side->device, side->list, side->cert, &seeded.base };
  side->core = lan_core_new (&config);
  lan_core_start (side->core, &now);
}

static void
side_clear (Side *side)
{
  lan_core_free (side->core);
  g_queue_clear_full (&side->inbox, (GDestroyNotify) g_bytes_unref);
  lan_account_keys_free (side->account);
  lan_device_keys_free (side->device);
  g_bytes_unref (side->list);
  g_bytes_unref (side->cert);
}

static void
drain (Side *side, Side *other)
{
  LanCoreAction action;

  while (lan_core_next_action (side->core, &action)) {
    if (action.type == LAN_CORE_SEND) {
      g_queue_push_tail (&other->inbox, g_steal_pointer (&action.send.bytes));
      side->frames++;
    } else if (action.type == LAN_CORE_COMMIT) {
      side->commits++;
      lan_core_committed (side->core, action.commit.batch, TRUE, &now);
    } else if (action.type == LAN_CORE_MESSAGE && (action.record->flags & LAN_RECORD_OWN) == 0) {
      side->received++;
    } else if (action.type == LAN_CORE_MESSAGE_STATE &&
               action.state.state == LAN_MESSAGE_DELIVERED) {
      side->delivered += action.state.messages->len;
    }
    lan_core_action_clear (&action);
  }
}

static void
turn (Side *side, Side *other)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (&side->inbox)) != NULL) {
    lan_core_channel_frame (side->core, 1, LAN_CARRIER_LINK, g_bytes_get_data (bytes, NULL),
                            g_bytes_get_size (bytes), &now);
    g_bytes_unref (bytes);
    drain (side, other);
  }
  drain (side, other);
}

static void
say (Side *side, Side *other, const char *text)
{
  LanMessageId id;

  lan_random_bytes (&seeded.base, &id, sizeof id);
  if (lan_core_send_text (side->core, lan_account_keys_id (other->account), &id, text, &now) !=
      LAN_STATUS_OK)
    g_error ("a message was refused");
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint) atoi (argv[1]) : 5000;
  g_autofree char *text = g_strnfill (100, 'x');
  Side a = { 0 }, b = { 0 };
  gint64 begin, end;

  lan_seeded_random_init (&seeded, 1);
  side_init (&a);
  side_init (&b);
  lan_core_channel_up (a.core, 1, LAN_CARRIER_LINK, lan_device_keys_dh_public (b.device), &now);
  lan_core_channel_up (b.core, 1, LAN_CARRIER_LINK, lan_device_keys_dh_public (a.device), &now);
  for (guint i = 0; i < 4; i++) {
    turn (&a, &b);
    turn (&b, &a);
  }
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++) {
    say (&a, &b, text);
    say (&b, &a, text);
    if (i % 64 == 0) {
      turn (&a, &b);
      turn (&b, &a);
    }
  }
  for (guint i = 0; i < 100 && (a.delivered < n || b.delivered < n); i++) {
    turn (&a, &b);
    turn (&b, &a);
  }
  end = g_get_monotonic_time ();
  g_print ("%u messages, %u received, %u delivered in %.3f s: %.0f messages/s; "
           "%u commits, %u frames\n",
           2 * n, a.received + b.received, a.delivered + b.delivered, (double) (end - begin) / 1e6,
           2.0 * n * 1e6 / (double) (end - begin), a.commits + b.commits, a.frames + b.frames);
  if (a.received < n || b.received < n)
    return 1;
  side_clear (&a);
  side_clear (&b);
  return 0;
}
