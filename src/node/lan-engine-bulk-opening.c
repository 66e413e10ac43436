/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* How a bulk lane comes to be: whom it is opened to, over which channel, where each side may be dialled. */
#include "lan-engine-bulk-private.h"

#include "lan-bulk-opening.h"
#include "lan-engine-files.h"
#include "lan-engine-links-private.h"
#include "lan-random-system.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* After an opening that led nowhere: its word may have gone down with a channel, so soon at first. */
#define RETRY_US     (1 * G_USEC_PER_SEC)
#define RETRY_MAX_US (20 * G_USEC_PER_SEC)
#define RETRY_STEPS  5
/* Theirs cannot succeed where only they can dial us and do not know where: then we say where. */
#define PATIENCE_US         (2 * G_USEC_PER_SEC)
#define LANES_PER_PERSON    4
#define OPENINGS_PER_PERSON 2

typedef struct {
  LanEngineBulk *bulk;
  LanAccountId account;
  guint64 channel; /* it was arranged over */
  gint64 begun_us;
  gboolean is_ours; /* we said the first word */
  LanBulkOpening *opening;
} Opening;

void
lan_engine_bulk_opening_free (gpointer data)
{
  Opening *opening = data;

  lan_bulk_opening_free (opening->opening);
  g_free (opening);
}

static guint
count_openings (LanEngineBulk *bulk, const LanAccountId *account)
{
  guint n = 0;

  for (guint i = 0; i < bulk->openings->len; i++)
    n += lan_account_id_equal (&((Opening *) g_ptr_array_index (bulk->openings, i))->account,
                               account);
  return n;
}

/* Whether an opening is under way that makes one of ours needless. */
static gboolean
is_opening (LanEngineBulk *bulk, const LanAccountId *account)
{
  for (guint i = 0; i < bulk->openings->len; i++) {
    const Opening *opening = g_ptr_array_index (bulk->openings, i);

    if (lan_account_id_equal (&opening->account, account) &&
        (opening->is_ours || bulk->engine->now.mono_us - opening->begun_us < PATIENCE_US))
      return TRUE;
  }
  return FALSE;
}

static gint64
retry_us (const LanEngineBulkPerson *person)
{
  return MIN (RETRY_US << MIN (person->failures, RETRY_STEPS), RETRY_MAX_US);
}

static void
on_opened (LanBulkOpening *opened, LanBulkLane *lane, gpointer data)
{
  Opening *opening = data;
  LanEngineBulk *bulk = opening->bulk;
  LanAccountId account = opening->account;
  gboolean is_ours = opening->is_ours;
  LanEngineBulkPerson *person;

  lan_engine_bulk_enter (bulk);
  g_ptr_array_remove_fast (bulk->openings, opening);
  person = lan_engine_bulk_person (bulk, &account);
  if (lane != NULL) {
    person->failures = 0;
    person->asked = FALSE;
    lan_engine_bulk_take_lane (bulk, &account, is_ours, lane);
  } else if (is_ours) {
    g_debug ("no direct way for files");
    person->next_us = bulk->engine->now.mono_us + retry_us (person);
    person->failures++;
    bulk->tick_us = MIN (bulk->tick_us, person->next_us);
  }
}

void
lan_engine_bulk_opening_drop (LanEngineBulk *bulk, guint64 channel)
{
  for (guint i = bulk->openings->len; i-- > 0;) {
    Opening *opening = g_ptr_array_index (bulk->openings, i);
    LanEngineBulkPerson *person;

    if (opening->channel != channel || !opening->is_ours)
      continue;
    person = lan_engine_bulk_person (bulk, &opening->account);
    g_ptr_array_remove_index_fast (bulk->openings, i);
    person->next_us = bulk->engine->now.mono_us;
    bulk->tick_us = MIN (bulk->tick_us, person->next_us);
    lan_engine_bulk_consider (bulk, person);
  }
}

/* Where a lane or link leads, when that is an address: worth a try with the port that is told. */
static char *
remote_of (LanEngineChannel *c, guint16 *port)
{
  GSocketAddress *remote = lan_channel_kind (c->channel) == LAN_CHANNEL_LANE
                               ? lan_tcp_lane_remote_address (c->channel)
                               : NULL;

  *port = 0;
  return remote != NULL ? lan_socket_address_text (remote, port) : NULL;
}

static void
add_address (GPtrArray *addresses, const char *text, guint port)
{
  GSocketAddress *address = lan_socket_address_parse (text, (guint16) port);

  if (address != NULL && addresses->len < LAN_BULK_ADDRESSES_MAX)
    g_ptr_array_add (addresses, address);
  else if (address != NULL)
    g_object_unref (address);
}

/* Theirs: what @open says, and where the channel leads. */
static GPtrArray *
addresses_of (LanEngineBulk *bulk, LanEngineChannel *c, const Lanyard__BulkOpen *open)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);
  guint16 port;
  g_autofree char *remote = remote_of (c, &port);

  /* A lane that we dialled leads to where they listen. */
  if (remote != NULL && c->dialled)
    add_address (addresses, remote, port);
  if (open == NULL || open->port == 0)
    return addresses;
  if (remote != NULL)
    add_address (addresses, remote, open->port);
  for (gsize i = 0; i < open->n_addresses; i++)
    add_address (addresses, open->addresses[i], open->port);
  return addresses;
}

static gboolean
make_opening (LanEngineBulk *bulk, LanEngineChannel *c, const guint8 *lane_id,
              const guint8 *session, gboolean is_ours, GPtrArray *addresses)
{
  LanBulkOpeningConfig config = { .is_initiator = is_ours,
                                  .listener = bulk->engine->links->listener,
                                  .addresses = addresses };
  Opening *opening;
  gboolean ok;

  memcpy (config.lane_id, lane_id, sizeof config.lane_id);
  ok = lan_channel_export_psk (c->channel, session, lane_id, TRUE, config.psk_dial) ==
           LAN_STATUS_OK &&
       lan_channel_export_psk (c->channel, session, lane_id, FALSE, config.psk_listen) ==
           LAN_STATUS_OK;
  if (ok) {
    opening = g_new0 (Opening, 1);
    opening->bulk = bulk;
    opening->account = c->account;
    opening->channel = c->id;
    opening->begun_us = bulk->engine->now.mono_us;
    opening->is_ours = is_ours;
    g_ptr_array_add (bulk->openings, opening);
    opening->opening = lan_bulk_opening_new (&config, on_opened, opening);
  }
  lan_secret_wipe (&config, sizeof config);
  return ok;
}

/* Numeric addresses of this computer that somebody else could dial. */
static gsize
own_addresses (char *list[LAN_BULK_ADDRESSES])
{
  struct ifaddrs *all = NULL;
  gsize n = 0;

  if (getifaddrs (&all) != 0)
    return 0;
  for (struct ifaddrs *i = all; i != NULL && n < LAN_BULK_ADDRESSES; i = i->ifa_next) {
    char text[INET6_ADDRSTRLEN];
    const void *bytes = NULL;

    if (i->ifa_addr == NULL || (i->ifa_flags & IFF_UP) == 0 || (i->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    if (i->ifa_addr->sa_family == AF_INET) {
      bytes = &((struct sockaddr_in *) (void *) i->ifa_addr)->sin_addr;
    } else if (i->ifa_addr->sa_family == AF_INET6) {
      const struct sockaddr_in6 *six = (const void *) i->ifa_addr;

      if (!IN6_IS_ADDR_LINKLOCAL (&six->sin6_addr))
        bytes = &six->sin6_addr;
    }
    if (bytes != NULL && inet_ntop (i->ifa_addr->sa_family, bytes, text, sizeof text) != NULL)
      list[n++] = g_strdup (text);
  }
  freeifaddrs (all);
  return n;
}

static void
send_open (LanEngineBulk *bulk, LanEngineChannel *c, guint8 *lane_id, guint8 *session)
{
  Lanyard__BulkOpen open = LANYARD__BULK_OPEN__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  char *addresses[LAN_BULK_ADDRESSES];
  g_autoptr (GBytes) bytes = NULL;

  open.lane_id = (ProtobufCBinaryData){ LAN_LANE_ID_BYTES, lane_id };
  open.session = (ProtobufCBinaryData){ LAN_SESSION_NAME_BYTES, session };
  open.port = lan_engine_links_port (bulk->engine);
  open.n_addresses = own_addresses (addresses);
  open.addresses = addresses;
  frame.body_case = LANYARD__FRAME__BODY_BULK_OPEN;
  frame.bulk_open = &open;
  bytes = lan_frame_encode (&frame);
  lan_engine_links_send_file (bulk->engine, c->id, bytes, FALSE);
  for (gsize i = 0; i < open.n_addresses; i++)
    g_free (addresses[i]);
}

/* The channel to arrange it over. */
static LanEngineChannel *
way_to (LanEngineBulk *bulk, const LanAccountId *account)
{
  LanEngineChannel *best = NULL;
  GHashTableIter iter;
  guint64 *id;

  g_hash_table_iter_init (&iter, bulk->channels);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL)) {
    LanEngineChannel *c = lan_engine_channel_find (bulk->engine, *id);

    if (c == NULL || c->ending || !lan_account_id_equal (&c->account, account) ||
        (c->caps & LAN_CAP_BULK) == 0)
      continue;
    if (lan_engine_channel_is_better (c, best))
      best = c;
  }
  return best;
}

/* The lane that we dialled to the same device, for where it leads; else @c itself. */
static LanEngineChannel *
dialled_lane_to (LanEngineBulk *bulk, LanEngineChannel *c)
{
  GHashTableIter iter;
  guint64 *id;

  g_hash_table_iter_init (&iter, bulk->channels);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL)) {
    LanEngineChannel *lane = lan_engine_channel_find (bulk->engine, *id);

    if (lane != NULL && lane->dialled && lan_device_id_equal (&lane->device, &c->device) &&
        lan_channel_kind (lane->channel) == LAN_CHANNEL_LANE)
      return lane;
  }
  return c;
}

void
lan_engine_bulk_open_lane (LanEngineBulk *bulk, LanEngineBulkPerson *person)
{
  LanEngineChannel *c = way_to (bulk, &person->account);
  guint8 lane_id[LAN_LANE_ID_BYTES], session[LAN_SESSION_NAME_BYTES];
  g_autoptr (GPtrArray) addresses = NULL;

  if (c == NULL || bulk->engine->links->listener == NULL || is_opening (bulk, &person->account) ||
      !lan_channel_session_name (c->channel, session))
    return;
  lan_random_bytes (lan_random_system (), lane_id, sizeof lane_id);
  person->asked = FALSE;
  person->next_us = bulk->engine->now.mono_us + retry_us (person);
  addresses = addresses_of (bulk, dialled_lane_to (bulk, c), NULL);
  if (make_opening (bulk, c, lane_id, session, TRUE, addresses))
    send_open (bulk, c, lane_id, session);
}

void
lan_engine_bulk_consider (LanEngineBulk *bulk, LanEngineBulkPerson *person)
{
  guint n;

  if ((person->wanted || person->asked) &&
      lan_engine_bulk_lane_to (bulk, &person->account, &n) == NULL &&
      bulk->engine->now.mono_us >= person->next_us)
    lan_engine_bulk_open_lane (bulk, person);
}

/* A contact, or somebody who was offered the same file and whom we fetch it from, or give it to. */
static gboolean
is_welcome (LanEngineBulk *bulk, const LanAccountId *account)
{
  const LanPersonRow *row = lan_core_get_person (bulk->engine->core, account);

  if (row != NULL && (row->flags & LAN_PERSON_BLOCKED) != 0)
    return FALSE;
  return (row != NULL && (row->flags & LAN_PERSON_ACCEPTED) != 0) ||
         lan_transfers_shares_with (lan_engine_files_machine (bulk->engine->files), account);
}

void
lan_engine_bulk_on_open (LanEngineBulk *bulk, guint64 channel, const Lanyard__BulkOpen *open)
{
  LanEngineChannel *c = lan_engine_channel_find (bulk->engine, channel);
  g_autoptr (GPtrArray) addresses = NULL;
  guint8 lane_id[LAN_LANE_ID_BYTES], session[LAN_SESSION_NAME_BYTES];
  guint n;

  if (c == NULL || !c->identified || bulk->engine->links->listener == NULL ||
      !is_welcome (bulk, &c->account))
    return;
  lan_engine_bulk_lane_to (bulk, &c->account, &n);
  if (n >= LANES_PER_PERSON || count_openings (bulk, &c->account) >= OPENINGS_PER_PERSON)
    return;
  memcpy (lane_id, open->lane_id.data, sizeof lane_id);
  memcpy (session, open->session.data, sizeof session);
  addresses = addresses_of (bulk, c, open);
  if (!make_opening (bulk, c, lane_id, session, FALSE, addresses))
    return;
  lan_engine_bulk_person (bulk, &c->account)->asked = n == 0;
  bulk->tick_us = MIN (bulk->tick_us, bulk->engine->now.mono_us + PATIENCE_US);
}
