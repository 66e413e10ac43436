/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-bulk.h"

#include "lan-bulk-opening.h"
#include "lan-engine-files.h"
#include "lan-engine-links-private.h"
#include "lan-random-system.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#define LANE_BIT            (G_GUINT64_CONSTANT (1) << 62) /* names of bulk lanes, beside channels' */
#define RETRY_US            (20 * G_USEC_PER_SEC)          /* after an opening that led nowhere */
#define REOPEN_US           (1 * G_USEC_PER_SEC)           /* after a lane that was lost */
#define TICK_US             (2 * G_USEC_PER_SEC)
#define IDLE_US             (10 * G_USEC_PER_SEC)
#define LANES_PER_PERSON    4
#define OPENINGS_PER_PERSON 2

typedef struct {
  LanEngineBulk *bulk;
  LanAccountId account;
  gboolean is_ours; /* we said the first word */
  LanBulkOpening *opening;
} Opening;

typedef struct {
  guint64 id;
  LanAccountId account;
  gboolean is_ours;
  LanPumpLane *lane;
} Lane;

/* Somebody whose files are wanted, or who has a lane. */
typedef struct {
  LanAccountId account;
  gboolean wanted;
  gint64 next_us; /* not opened again before */
} Person;

struct _LanEngineBulk {
  LanEngine *engine;
  LanPump *pump;
  LanBulkRate *rate;
  GHashTable *persons;  /* LanAccountId -> Person */
  GHashTable *lanes;    /* id -> Lane */
  GPtrArray *openings;  /* of Opening */
  GHashTable *channels; /* id (owned) of identified ones */
  guint64 last_lane;
  gint64 tick_us;
};

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  lan_bulk_opening_free (opening->opening);
  g_free (opening);
}

static void
lane_free (gpointer data)
{
  Lane *lane = data;

  lan_pump_lane_free (lane->lane);
  g_free (lane);
}

static void
enter (LanEngineBulk *bulk)
{
  lan_engine_read_clock (bulk->engine);
  lan_engine_touch (bulk->engine);
}

static Person *
person_of (LanEngineBulk *bulk, const LanAccountId *account)
{
  Person *person = g_hash_table_lookup (bulk->persons, account);

  if (person == NULL) {
    person = g_new0 (Person, 1);
    person->account = *account;
    g_hash_table_insert (bulk->persons, &person->account, person);
  }
  return person;
}

static Lane *
lane_to (LanEngineBulk *bulk, const LanAccountId *account, guint *n)
{
  GHashTableIter iter;
  Lane *lane, *found = NULL;

  *n = 0;
  g_hash_table_iter_init (&iter, bulk->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane)) {
    if (!lan_account_id_equal (&lane->account, account))
      continue;
    ++*n;
    if (found == NULL || lane->id > found->id)
      found = lane;
  }
  return found;
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

/* -- what the pump says -- */

static void
on_leaves (guint64 channel, const LanMessageId *id, const LanTransferLeaf *leaves, gsize n,
           const GError *error, gpointer data)
{
  LanEngineBulk *bulk = data;

  enter (bulk);
  lan_transfers_leaves (lan_engine_files_machine (bulk->engine->files), channel, id, leaves, n,
                        error, bulk->engine->now);
}

static void
on_served (guint64 channel, const LanMessageId *id, guint64 n, guint64 bytes, const GError *error,
           gpointer data)
{
  LanEngineBulk *bulk = data;

  enter (bulk);
  lan_transfers_served (lan_engine_files_machine (bulk->engine->files), channel, id, n, bytes,
                        error, bulk->engine->now);
}

static gboolean
is_for_files (LanFrameType type)
{
  return (type >= LAN_FRAME_FILE_HASHES_REQUEST && type <= LAN_FRAME_FILE_STATE &&
          type != LAN_FRAME_FILE_BLOCK) ||
         (type >= LAN_FRAME_FILE_MANIFEST_REQUEST && type <= LAN_FRAME_FILE_HAVE);
}

static void
on_frame (guint64 channel, const guint8 *data, gsize len, gpointer user_data)
{
  LanEngineBulk *bulk = user_data;
  g_autoptr (LanFrame) frame = NULL;
  LanStatus status = lan_frame_decode (data, len, &frame);

  enter (bulk);
  if (status == LAN_STATUS_OK && lan_frame_type (frame) == LAN_FRAME_UNKNOWN)
    return;
  if (status == LAN_STATUS_OK)
    status = is_for_files (lan_frame_type (frame))
                 ? lan_transfers_frame (lan_engine_files_machine (bulk->engine->files), channel,
                                        frame, bulk->engine->now)
                 : LAN_STATUS_MALFORMED;
  if (status == LAN_STATUS_LIMIT || status == LAN_STATUS_MALFORMED ||
      status == LAN_STATUS_OVERSIZED)
    lan_engine_bulk_close (bulk, channel);
}

static void
forget_lane (LanEngineBulk *bulk, Lane *lane)
{
  Person *person = person_of (bulk, &lane->account);
  guint64 id = lane->id;

  person->next_us = MAX (person->next_us, bulk->engine->now.mono_us + REOPEN_US);
  bulk->tick_us = MIN (bulk->tick_us, person->next_us);
  g_hash_table_remove (bulk->lanes, &id);
  lan_transfers_channel_down (lan_engine_files_machine (bulk->engine->files), id,
                              bulk->engine->now);
}

static void
on_closed (guint64 channel, gpointer data)
{
  LanEngineBulk *bulk = data;
  Lane *lane = g_hash_table_lookup (bulk->lanes, &channel);

  enter (bulk);
  if (lane != NULL)
    forget_lane (bulk, lane);
}

/* -- opening -- */

static void
take_lane (LanEngineBulk *bulk, const LanAccountId *account, gboolean is_ours, LanBulkLane *made)
{
  Lane *lane = g_new0 (Lane, 1);

  lane->id = LANE_BIT | ++bulk->last_lane;
  lane->account = *account;
  lane->is_ours = is_ours;
  lan_bulk_lane_set_limiter (made, bulk->rate);
  lane->lane = lan_pump_add_lane (bulk->pump, lane->id, made);
  g_hash_table_insert (bulk->lanes, &lane->id, lane);
  bulk->tick_us = MIN (bulk->tick_us, bulk->engine->now.mono_us + TICK_US);
  lan_transfers_channel_up (lan_engine_files_machine (bulk->engine->files), lane->id, account,
                            LAN_CARRIES_BULK, G_MAXUINT32, bulk->engine->now);
}

static void
on_opened (LanBulkOpening *opened, LanBulkLane *lane, gpointer data)
{
  Opening *opening = data;
  LanEngineBulk *bulk = opening->bulk;
  LanAccountId account = opening->account;
  gboolean is_ours = opening->is_ours;

  enter (bulk);
  g_ptr_array_remove_fast (bulk->openings, opening);
  if (lane != NULL) {
    take_lane (bulk, &account, is_ours, lane);
  } else if (is_ours) {
    g_debug ("no direct way for files");
    person_of (bulk, &account)->next_us = bulk->engine->now.mono_us + RETRY_US;
    bulk->tick_us = MIN (bulk->tick_us, bulk->engine->now.mono_us + RETRY_US);
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

  open.lane_id = (ProtobufCBinaryData){ LAN_LANE_ID_BYTES, lane_id };
  open.session = (ProtobufCBinaryData){ LAN_SESSION_NAME_BYTES, session };
  open.port = lan_engine_links_port (bulk->engine);
  open.n_addresses = own_addresses (addresses);
  open.addresses = addresses;
  frame.body_case = LANYARD__FRAME__BODY_BULK_OPEN;
  frame.bulk_open = &open;
  lan_engine_links_send_file (bulk->engine, c->id, lan_frame_encode (&frame), FALSE);
  for (gsize i = 0; i < open.n_addresses; i++)
    g_free (addresses[i]);
}

/* The channel to arrange it over: a link before a lane, for it may be the only one that stays. */
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
    if (best == NULL || lan_channel_kind (c->channel) == LAN_CHANNEL_LINK)
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

static void
open_lane (LanEngineBulk *bulk, Person *person)
{
  LanEngineChannel *c = way_to (bulk, &person->account);
  guint8 lane_id[LAN_LANE_ID_BYTES], session[LAN_SESSION_NAME_BYTES];
  g_autoptr (GPtrArray) addresses = NULL;

  if (c == NULL || bulk->engine->links->listener == NULL ||
      count_openings (bulk, &person->account) > 0 ||
      !lan_channel_session_name (c->channel, session))
    return;
  lan_random_bytes (lan_random_system (), lane_id, sizeof lane_id);
  person->next_us = bulk->engine->now.mono_us + RETRY_US;
  addresses = addresses_of (bulk, dialled_lane_to (bulk, c), NULL);
  if (make_opening (bulk, c, lane_id, session, TRUE, addresses))
    send_open (bulk, c, lane_id, session);
}

static void
consider (LanEngineBulk *bulk, Person *person)
{
  guint n;

  if (person->wanted && lane_to (bulk, &person->account, &n) == NULL &&
      bulk->engine->now.mono_us >= person->next_us)
    open_lane (bulk, person);
}

static gboolean
is_accepted (LanEngineBulk *bulk, const LanAccountId *account)
{
  const LanPersonRow *row = lan_core_get_person (bulk->engine->core, account);

  return row != NULL && (row->flags & LAN_PERSON_ACCEPTED) != 0 &&
         (row->flags & LAN_PERSON_BLOCKED) == 0;
}

void
lan_engine_bulk_on_open (LanEngineBulk *bulk, guint64 channel, const Lanyard__BulkOpen *open)
{
  LanEngineChannel *c = lan_engine_channel_find (bulk->engine, channel);
  g_autoptr (GPtrArray) addresses = NULL;
  guint8 lane_id[LAN_LANE_ID_BYTES], session[LAN_SESSION_NAME_BYTES];
  guint n;

  if (c == NULL || !c->identified || bulk->engine->links->listener == NULL ||
      !is_accepted (bulk, &c->account))
    return;
  lane_to (bulk, &c->account, &n);
  if (n >= LANES_PER_PERSON || count_openings (bulk, &c->account) >= OPENINGS_PER_PERSON)
    return;
  memcpy (lane_id, open->lane_id.data, sizeof lane_id);
  memcpy (session, open->session.data, sizeof session);
  addresses = addresses_of (bulk, c, open);
  make_opening (bulk, c, lane_id, session, FALSE, addresses);
}

/* -- what the others ask -- */

void
lan_engine_bulk_want (LanEngineBulk *bulk, const LanAccountId *account, gboolean on)
{
  Person *person = person_of (bulk, account);

  person->wanted = on;
  if (on)
    consider (bulk, person);
}

void
lan_engine_bulk_on_channel (LanEngineBulk *bulk, guint64 channel, const LanAccountId *account,
                            gboolean is_up)
{
  Person *person;

  if (!is_up) {
    g_hash_table_remove (bulk->channels, &channel);
    return;
  }
  g_hash_table_add (bulk->channels, g_memdup2 (&channel, sizeof channel));
  person = g_hash_table_lookup (bulk->persons, account);
  if (person == NULL)
    return;
  person->next_us = MIN (person->next_us, bulk->engine->now.mono_us);
  consider (bulk, person);
}

gboolean
lan_engine_bulk_send (LanEngineBulk *bulk, guint64 channel, GBytes *frame)
{
  Lane *lane = g_hash_table_lookup (bulk->lanes, &channel);

  if (lane != NULL)
    lan_pump_lane_send (lane->lane, frame);
  else if ((channel & LANE_BIT) != 0)
    g_bytes_unref (frame);
  return (channel & LANE_BIT) != 0;
}

void
lan_engine_bulk_serve (LanEngineBulk *bulk, const LanTransferAction *action, LanDiskFile *file)
{
  Lane *lane = g_hash_table_lookup (bulk->lanes, &action->serve.channel);

  if (lane == NULL) {
    lan_disk_file_unref (file);
    return;
  }
  lan_pump_lane_serve (lane->lane, &action->id, &action->serve.name, file, action->serve.first,
                       action->serve.count);
}

void
lan_engine_bulk_set_target (LanEngineBulk *bulk, const LanMessageId *id, LanDiskFile *file)
{
  lan_pump_set_target (bulk->pump, id, file);
}

gboolean
lan_engine_bulk_close (LanEngineBulk *bulk, guint64 channel)
{
  Lane *lane = g_hash_table_lookup (bulk->lanes, &channel);

  if (lane != NULL)
    lan_bulk_lane_close (lan_pump_lane_get (lane->lane));
  return lane != NULL;
}

void
lan_engine_bulk_drop (LanEngineBulk *bulk, const LanAccountId *account)
{
  g_autoptr (GList) all = g_hash_table_get_values (bulk->lanes);

  for (GList *l = all; l != NULL; l = l->next) {
    Lane *lane = l->data;

    if (lan_account_id_equal (&lane->account, account))
      lan_bulk_lane_close (lan_pump_lane_get (lane->lane));
  }
}

void
lan_engine_bulk_set_limit (LanEngineBulk *bulk, guint64 bytes_per_s)
{
  lan_bulk_rate_set (bulk->rate, bytes_per_s);
}

/* -- time -- */

/* A lane that we opened and nobody uses; one whose keys are old gives way to a new one first. */
static void
look_at_lane (LanEngineBulk *bulk, Lane *lane)
{
  Person *person = person_of (bulk, &lane->account);
  LanBulkLane *made = lan_pump_lane_get (lane->lane);
  LanBulkStats stats;
  guint n;

  lan_bulk_lane_get_stats (made, &stats);
  if (!lane->is_ours)
    return;
  if (!person->wanted && stats.idle_us >= IDLE_US)
    lan_bulk_lane_close (made);
  else if (lane_to (bulk, &lane->account, &n) != lane && stats.idle_us >= TICK_US)
    lan_bulk_lane_close (made);
  else if (person->wanted && n == 1 && stats.age_us >= LAN_BULK_RENEW_US &&
           bulk->engine->now.mono_us >= person->next_us)
    open_lane (bulk, person);
}

void
lan_engine_bulk_run (LanEngineBulk *bulk)
{
  g_autoptr (GList) lanes = NULL;
  GHashTableIter iter;
  Person *person;
  gint64 now = bulk->engine->now.mono_us;

  if (now < bulk->tick_us)
    return;
  bulk->tick_us = LAN_NO_DEADLINE;
  g_hash_table_iter_init (&iter, bulk->persons);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &person)) {
    consider (bulk, person);
    if (person->wanted)
      bulk->tick_us = MIN (bulk->tick_us, MAX (person->next_us, now + TICK_US));
  }
  lanes = g_hash_table_get_values (bulk->lanes);
  for (GList *l = lanes; l != NULL; l = l->next)
    look_at_lane (bulk, l->data);
  if (lanes != NULL)
    bulk->tick_us = MIN (bulk->tick_us, now + TICK_US);
}

gint64
lan_engine_bulk_deadline (LanEngineBulk *bulk)
{
  return bulk->tick_us;
}

/* -- making and freeing -- */

LanEngineBulk *
lan_engine_bulk_new (LanEngine *engine)
{
  static const LanPumpEvents events = { on_leaves, on_served, on_frame, on_closed };
  LanEngineBulk *bulk = g_new0 (LanEngineBulk, 1);

  bulk->engine = engine;
  bulk->pump = lan_pump_new (engine->context, &events, bulk);
  bulk->rate = lan_bulk_rate_new (0);
  bulk->persons = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_free);
  bulk->lanes = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, lane_free);
  bulk->openings = g_ptr_array_new_with_free_func (opening_free);
  bulk->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  bulk->tick_us = LAN_NO_DEADLINE;
  return bulk;
}

void
lan_engine_bulk_free (LanEngineBulk *bulk)
{
  if (bulk == NULL)
    return;
  g_ptr_array_unref (bulk->openings);
  g_hash_table_unref (bulk->lanes);
  lan_pump_free (bulk->pump);
  lan_bulk_rate_unref (bulk->rate);
  g_hash_table_unref (bulk->persons);
  g_hash_table_unref (bulk->channels);
  g_free (bulk);
}
