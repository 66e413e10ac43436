/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A core with a mailbox and one colleague: what a server says and brings comes from the input, also
 * envelopes sealed rightly by the colleague whose records the input bends. Byte 0: bit 0: settings
 * of the input are loaded first, bit 1: the two have met and accepted each other. Then operations,
 * one byte each with its operands.
 */
#include "lan-attested.h"
#include "lan-bytes.h"
#include "lan-device-list.h"
#include "lan-envelope.h"
#include "lan-mail.h"
#include "lan-prekey.h"
#include "lan-record.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define WALL_MS     G_GINT64_CONSTANT (1790000000000)
#define MAX_STEPS   200
#define MAX_ACTIONS 4000
#define DEPOSITS    8

typedef struct {
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *list;
  GBytes *cert;
} Somebody;

typedef struct {
  LanReader in;
  LanCore *core;
  LanSeededRandom random;
  LanTime now;
  guint64 channel;
  gboolean fail_commits;
  guint actions;
  GPtrArray *rows;
  guint64 mail_id;
  guint8 deposits[DEPOSITS][LAN_MAIL_ID_BYTES];
  guint n_deposits;
  GBytes *signed_prekey; /* ours, as published */
  GBytes *one_time;
  gsize one_time_at;
  GBytes *last_envelope;
  guint64 seq;
  LanHash previous;
  guint64 hlc;
} Run;

static Somebody me, other, peer; /* other: our second device */
static GBytes *revoked_list;
static guint8 peer_secret[LAN_KEY_BYTES], peer_public[LAN_KEY_BYTES];

static void
make_somebody (Somebody *who, guint8 seed, const char *name)
{
  guint8 seeds[3][LAN_KEY_BYTES];
  LanDeviceList list = { .seq = 1, .time_s = WALL_MS / 1000, .n_devices = 1 };

  for (guint i = 0; i < 3; i++)
    memset (seeds[i], seed + (int) i, sizeof seeds[i]);
  who->account = lan_account_keys_new_from_seed (seeds[0]);
  list.account = *lan_account_keys_id (who->account);
  who->device = lan_device_keys_new_from_seeds (&list.account, seeds[1], seeds[2]);
  who->cert = lan_cert_issue (who->account, who->device, name, WALL_MS / 1000 - 86400,
                              WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 1, 0);
  list.devices[0].device = *lan_device_keys_id (who->device);
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (who->cert, NULL),
                 g_bytes_get_size (who->cert));
  who->list = lan_device_list_issue (&list, who->account);
  lan_device_list_hash (&list.previous, g_bytes_get_data (who->list, NULL),
                        g_bytes_get_size (who->list));
  list.seq = 2;
  list.devices[0].state = LAN_DEVICE_REVOKED;
  g_clear_pointer (&revoked_list, g_bytes_unref);
  revoked_list = lan_device_list_issue (&list, who->account);
}

static void
make_second (Somebody *second, const Somebody *first)
{
  LanDeviceList list;

  g_assert (lan_device_list_decode (&list, g_bytes_get_data (first->list, NULL),
                                    g_bytes_get_size (first->list)) == LAN_STATUS_OK);
  second->account = first->account;
  second->device = lan_device_keys_new_from_seeds (&list.account, (guint8[LAN_KEY_BYTES]){ 71 },
                                                   (guint8[LAN_KEY_BYTES]){ 72 });
  second->cert = lan_cert_issue (first->account, second->device, "Me", WALL_MS / 1000 - 86400,
                                 WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 2, 0);
  lan_device_list_hash (&list.previous, g_bytes_get_data (first->list, NULL),
                        g_bytes_get_size (first->list));
  list.seq = 2;
  list.devices[0].state = LAN_DEVICE_REVOKED;
  list.devices[1].device = *lan_device_keys_id (second->device);
  lan_cert_hash (&list.devices[1].cert_hash, g_bytes_get_data (second->cert, NULL),
                 g_bytes_get_size (second->cert));
  list.n_devices = 2;
  second->list = lan_device_list_issue (&list, first->account);
}

static void
free_row (gpointer row)
{
  lan_record_row_clear (row);
  g_free (row);
}

static void
commit (Run *run, LanCoreAction *action)
{
  for (guint i = 0; i < action->commit.changes->len && !run->fail_commits; i++) {
    const LanChange *change = g_ptr_array_index (action->commit.changes, i);

    if (change->type == LAN_CHANGE_RECORD) {
      LanRecordRow *row = g_new0 (LanRecordRow, 1);

      lan_record_row_copy (row, &change->record);
      g_ptr_array_add (run->rows, row);
    }
  }
  lan_core_committed (run->core, action->commit.batch, !run->fail_commits, &run->now);
}

static void
answer (Run *run, const LanCoreAction *action)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < run->rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (run->rows, i);

    if (lan_device_id_equal (&row->device, &action->read.device) &&
        row->seq >= action->read.from_seq && row->seq <= action->read.to_seq)
      g_ptr_array_add (rows, row);
  }
  lan_core_rows (run->core, action->read.request, rows, &run->now);
}

static void
keep (GBytes **to, GBytes *from)
{
  if (from == NULL)
    return;
  g_clear_pointer (to, g_bytes_unref);
  *to = g_bytes_ref (from);
}

static void
drain (Run *run)
{
  LanCoreAction action;

  while (run->actions < MAX_ACTIONS && lan_core_next_action (run->core, &action)) {
    run->actions++;
    if (action.type == LAN_CORE_COMMIT)
      commit (run, &action);
    else if (action.type == LAN_CORE_READ)
      answer (run, &action);
    else if (action.type == LAN_CORE_FIND)
      lan_core_found (run->core, action.find.request, lan_read_u8 (&run->in) & 1, &run->now);
    else if (action.type == LAN_CORE_DEPOSIT)
      memcpy (run->deposits[run->n_deposits++ % DEPOSITS], action.deposit.id, LAN_MAIL_ID_BYTES);
    else if (action.type == LAN_CORE_PUBLISH_PREKEYS) {
      keep (&run->signed_prekey, action.prekeys.signed_prekey);
      keep (&run->one_time, action.prekeys.one_time);
      run->one_time_at = 0;
    }
    lan_core_action_clear (&action);
  }
}

/* ---- what a server says ---- */

static void
bundle (Run *run)
{
  guint8 how = lan_read_u8 (&run->in);
  gint64 now_s = run->now.wall_ms / 1000;
  const LanDeviceKeys *by = (how & 1) != 0 ? me.device : peer.device;
  g_autoptr (GBytes) good =
      lan_prekey_issue (by, 3, peer_public, (how & 2) != 0 ? now_s - 40 * 86400 : now_s,
                        (how & 2) != 0 ? now_s - 20 * 86400 : now_s + LAN_PREKEY_LIFE_SECONDS);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (good, NULL), LAN_PREKEY_BYTES);
  g_autoptr (GBytes) prekey = NULL;
  g_autoptr (GBytes) one_time = NULL;
  LanOneTimePrekey once = { .id = 9 };
  guint8 encoded[LAN_ONE_TIME_BYTES];

  if ((how & 4) != 0)
    bytes[lan_read_u8 (&run->in) % LAN_PREKEY_BYTES] ^= 1;
  prekey = g_bytes_new (bytes, (how & 8) != 0 ? 100 : LAN_PREKEY_BYTES);
  if ((how & 16) != 0)
    memcpy (once.public_key, peer_public, sizeof once.public_key);
  lan_one_time_encode (&once, encoded);
  if ((how & 32) != 0)
    one_time = g_bytes_new (encoded, sizeof encoded);
  lan_core_bundle (run->core, lan_device_keys_id ((how & 64) != 0 ? me.device : peer.device),
                   prekey, one_time, &run->now);
}

static void
on_deposit (Run *run)
{
  guint8 which = lan_read_u8 (&run->in);
  const guint8 *id = run->deposits[which % DEPOSITS];

  if ((which & 64) != 0)
    lan_core_deposit_refused (run->core, id, (guint32) (which & 32) * 1000, &run->now);
  else
    lan_core_deposit_stored (run->core, id, &run->now);
}

/* ---- mail ---- */

/* A record of the colleague's, right but for what the input bends. */
static GBytes *
make_record (Run *run)
{
  guint8 bend = lan_read_u8 (&run->in), out[512] = { 0 };
  const guint8 text[] = { 0x0a, 3, 0x0a, 1, 'x' };
  LanRecordView view = { .kind = LAN_KIND_TEXT, .content = text, .content_len = sizeof text };
  gsize signed_len, len;

  lan_conversation_id_of_pair (&view.conversation,
                               lan_account_keys_id ((bend & 32) != 0 ? peer.account : me.account),
                               lan_account_keys_id (peer.account));
  view.device = *lan_device_keys_id ((bend & 1) != 0 ? me.device : peer.device);
  view.seq = run->seq + 1 + ((bend & 2) != 0 ? lan_read_u8 (&run->in) : 0);
  view.hlc = ++run->hlc;
  if (view.seq > 1)
    view.previous = run->previous;
  if ((bend & 8) != 0)
    view.kind = 77;
  memset (view.message.b, 1 + (int) (view.seq % 250), sizeof view.message.b);
  signed_len = lan_record_encode (&view, out, sizeof out);
  lan_device_keys_sign (peer.device, LAN_SIGN_RECORD, out, signed_len, out + signed_len);
  len = signed_len + LAN_RECORD_SIGNATURE_BYTES;
  if ((bend & 4) != 0)
    out[len - 1] ^= 1;
  if ((bend & 16) != 0)
    memset (out, 0, 16);
  if ((bend & 0x3f & ~8) == 0) {
    run->seq = view.seq;
    lan_hash_256 (&run->previous, out, len);
  }
  return g_bytes_new (out, len);
}

static void
seal (Run *run)
{
  guint8 how = lan_read_u8 (&run->in), n = lan_read_u8 (&run->in) % 4;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  LanEnvelopeTo to = { .account = *lan_account_keys_id (me.account),
                       .device = *lan_device_keys_id (me.device) };
  LanOneTimePrekey once;
  LanPrekey prekey;
  GBytes *envelope;

  for (guint i = 0; i <= n; i++)
    g_ptr_array_add (records, make_record (run));
  if (run->signed_prekey == NULL ||
      lan_prekey_decode (&prekey, g_bytes_get_data (run->signed_prekey, NULL), LAN_PREKEY_BYTES) !=
          LAN_STATUS_OK)
    return;
  memcpy (to.dh_public, lan_device_keys_dh_public (me.device), LAN_KEY_BYTES);
  to.signed_id = prekey.id + (how >> 1 & 1);
  memcpy (to.signed_public, prekey.public_key, LAN_KEY_BYTES);
  if ((how & 4) != 0 && run->one_time != NULL &&
      run->one_time_at < g_bytes_get_size (run->one_time) &&
      lan_one_time_decode (
          &once, (const guint8 *) g_bytes_get_data (run->one_time, NULL) + run->one_time_at,
          LAN_ONE_TIME_BYTES) == LAN_STATUS_OK) {
    run->one_time_at += LAN_ONE_TIME_BYTES;
    to.one_time_id = once.id;
    memcpy (to.one_time_public, once.public_key, LAN_KEY_BYTES);
  }
  if ((how & 8) != 0)
    to.account.b[0] ^= 1;
  if (lan_envelope_seal (&to, (how & 1) != 0 ? me.device : peer.device, how >> 4,
                         (GBytes *const *) records->pdata, records->len, &run->random.base,
                         &envelope) != LAN_STATUS_OK)
    return;
  keep (&run->last_envelope, envelope);
  lan_core_mail (run->core, ++run->mail_id, envelope, &run->now);
  g_bytes_unref (envelope);
}

static void
raw_mail (Run *run)
{
  guint16 len = lan_read_u16 (&run->in);
  g_autoptr (GBytes) bytes = NULL;

  len = (guint16) MIN (len, lan_reader_left (&run->in));
  bytes = g_bytes_new (lan_read_span (&run->in, len), len);
  lan_core_mail (run->core, lan_read_u8 (&run->in), bytes, &run->now);
}

/* ---- people ---- */

static void
meet (Run *run)
{
  Lanyard__Identity identity = LANYARD__IDENTITY__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL;
  ProtobufCBinaryData cert;
  gsize len;

  lan_core_channel_up (run->core, ++run->channel, LAN_CARRIER_LINK,
                       lan_device_keys_dh_public (peer.device), &run->now);
  identity.list.data = (guint8 *) g_bytes_get_data (peer.list, &len);
  identity.list.len = len;
  cert.data = (guint8 *) g_bytes_get_data (peer.cert, &len);
  cert.len = len;
  identity.certs = &cert;
  identity.n_certs = 1;
  frame.body_case = LANYARD__FRAME__BODY_IDENTITY;
  frame.identity = &identity;
  bytes = lan_frame_encode (&frame);
  lan_core_channel_frame (run->core, run->channel, LAN_CARRIER_LINK, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), &run->now);
}

static void
person (Run *run)
{
  const LanAccountId *id = lan_account_keys_id (peer.account);
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();
  LanAttested attested = { .account = *id, .name = "Peer", .is_active = TRUE };
  LanMessageId message;

  g_ptr_array_add (certs, peer.cert);
  lan_random_bytes (&run->random.base, &message, sizeof message);
  switch (lan_read_u8 (&run->in) % 9) {
  case 0:
    (void) !lan_core_accept (run->core, id, &run->now);
    break;
  case 1:
    (void) !lan_core_block (run->core, id, TRUE, &run->now);
    break;
  case 2:
    (void) !lan_core_block (run->core, id, FALSE, &run->now);
    break;
  case 3:
    lan_core_attest (run->core, &attested, &run->now);
    break;
  case 4:
    (void) !lan_core_papers (run->core, id, peer.list, certs, &run->now);
    break;
  case 5:
    (void) !lan_core_papers (run->core, id, revoked_list, certs, &run->now);
    break;
  case 6:
    meet (run);
    break;
  case 7:
    lan_core_channel_down (run->core, run->channel, &run->now);
    break;
  default:
    (void) !lan_core_send_text (run->core, id, &message, "hello", &run->now);
    break;
  }
}

/* The colleague's device has all that we wrote, as its vector says over the channel. */
static void
vector (Run *run)
{
  Lanyard__LogHead head = LANYARD__LOG_HEAD__INIT;
  Lanyard__LogHead *heads[] = { &head };
  Lanyard__Vector v = LANYARD__VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL;
  LanRecordRow *last = NULL;

  for (guint i = 0; i < run->rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (run->rows, i);

    if ((row->flags & LAN_RECORD_OWN) != 0)
      last = row;
  }
  if (last == NULL)
    return;
  head.device = (ProtobufCBinaryData){ sizeof last->device.b, last->device.b };
  head.hash = (ProtobufCBinaryData){ sizeof last->hash.b, last->hash.b };
  head.seq = last->seq;
  v.conversation = (ProtobufCBinaryData){ sizeof last->conversation.b, last->conversation.b };
  v.heads = heads;
  v.n_heads = 1;
  frame.body_case = LANYARD__FRAME__BODY_VECTOR;
  frame.vector = &v;
  bytes = lan_frame_encode (&frame);
  lan_core_channel_frame (run->core, run->channel, LAN_CARRIER_LINK, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), &run->now);
}

/* This device's keys are given up for others. */
static void
new_device (Run *run)
{
  LanCoreConfig config = { other.device, other.list, other.cert, &run->random.base };

  lan_core_set_identity (run->core, &config, &run->now);
}

static void
pass_time (Run *run)
{
  guint8 unit = lan_read_u8 (&run->in);
  static const gint64 seconds[] = { 1, 4, 700, 86400, 8 * 86400, 15 * 86400, 40 * 86400 };
  gint64 s = seconds[unit % G_N_ELEMENTS (seconds)];

  run->now.mono_us += s * G_USEC_PER_SEC;
  run->now.wall_ms += (unit & 128) != 0 ? -s * 1000 : s * 1000;
  for (guint i = 0; i < 8; i++) {
    lan_core_advance (run->core, &run->now);
    drain (run);
  }
}

static void
step (Run *run)
{
  guint8 op = lan_read_u8 (&run->in);

  if (op >= 250) {
    lan_core_mail_lost (run->core, &run->now);
    drain (run);
    return;
  }
  switch (op % 13) {
  case 0:
    lan_core_set_mailbox (run->core, (LanMailbox) (lan_read_u8 (&run->in) % 3), &run->now);
    break;
  case 1:
    lan_core_prekeys_left (run->core, lan_read_u8 (&run->in), lan_read_u16 (&run->in), &run->now);
    break;
  case 2:
    bundle (run);
    break;
  case 3:
    lan_core_bundle_refused (run->core, lan_device_keys_id (peer.device), lan_read_u16 (&run->in),
                             &run->now);
    break;
  case 4:
    on_deposit (run);
    break;
  case 5:
    seal (run);
    break;
  case 6:
    raw_mail (run);
    break;
  case 7:
    if (run->last_envelope != NULL)
      lan_core_mail (run->core, ++run->mail_id, run->last_envelope, &run->now);
    break;
  case 8:
    pass_time (run);
    break;
  case 9:
    run->fail_commits = !run->fail_commits;
    break;
  case 11:
    vector (run);
    break;
  case 12:
    new_device (run);
    break;
  default:
    person (run);
    break;
  }
  drain (run);
}

/* Rows that a damaged history may hold: the key's end and the value are the input's. */
static void
load (Run *run)
{
  guint8 n = lan_read_u8 (&run->in) % 4;

  for (guint i = 0; i < n; i++) {
    guint8 which = lan_read_u8 (&run->in), len = lan_read_u8 (&run->in);
    g_autofree char *a = NULL;
    g_autofree char *key = NULL;
    g_autoptr (GBytes) value = NULL;
    g_autofree guint8 *bytes = NULL;
    LanConversationId id;

    lan_conversation_id_of_pair (&id, lan_account_keys_id (me.account),
                                 lan_account_keys_id (peer.account));
    a = lan_conversation_id_to_hex (&id);
    key = which % 3 == 0   ? g_strdup ("core.prekey.1.00000001")
          : which % 3 == 1 ? g_strconcat ("core.mail.", a, ".0102030405060708", NULL)
                           : g_strconcat ("core.mail.", a, NULL);
    len = (guint8) MIN (len, lan_reader_left (&run->in));
    bytes = g_memdup2 (lan_read_span (&run->in, len), len);
    if ((which & 8) != 0 && len >= LAN_DEVICE_ID_BYTES)
      memcpy (bytes, lan_device_keys_id (me.device)->b, LAN_DEVICE_ID_BYTES);
    value = g_bytes_new (bytes, len);
    lan_core_load_setting (run->core, key, value);
  }
}

static void
load_talk (Run *run)
{
  LanPersonRow row = { .account = *lan_account_keys_id (peer.account),
                       .name = (char *) "Peer",
                       .trust = LAN_TRUST_TOFU,
                       .flags = LAN_PERSON_ACCEPTED };
  LanConversationRow talk = { .peer = row.account };

  lan_conversation_id_of_pair (&talk.conversation, lan_account_keys_id (me.account), &row.account);
  lan_core_load_person (run->core, &row);
  lan_core_load_conversation (run->core, &talk);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanCoreConfig config;
  Run run = { .now = { G_USEC_PER_SEC, WALL_MS }, .hlc = (guint64) WALL_MS << 16 };
  LanMailCounters counters;
  guint8 flags;

  if (me.account == NULL) {
    lan_crypto_init ();
    make_somebody (&me, 1, "Me");
    make_second (&other, &me);
    make_somebody (&peer, 11, "Peer");
    memset (peer_secret, 5, sizeof peer_secret);
    lan_dh_public_from_secret (peer_public, peer_secret);
  }
  lan_reader_init (&run.in, data, size);
  lan_seeded_random_init (&run.random, 1);
  config = (LanCoreConfig){ me.device, me.list, me.cert, &run.random.base };
  run.rows = g_ptr_array_new_with_free_func (free_row);
  run.core = lan_core_new (&config);
  flags = lan_read_u8 (&run.in);
  if ((flags & 1) != 0) {
    load_talk (&run);
    load (&run);
  }
  lan_core_start (run.core, &run.now);
  if ((flags & 2) != 0) {
    meet (&run);
    drain (&run);
    (void) !lan_core_accept (run.core, lan_account_keys_id (peer.account), &run.now);
    lan_core_channel_down (run.core, run.channel, &run.now);
  }
  drain (&run);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  lan_core_get_mail_counters (run.core, &counters);
  g_assert (counters.stored <= counters.deposits && counters.waiting <= 128);
  lan_core_free (run.core);
  g_ptr_array_unref (run.rows);
  g_clear_pointer (&run.signed_prekey, g_bytes_unref);
  g_clear_pointer (&run.one_time, g_bytes_unref);
  g_clear_pointer (&run.last_envelope, g_bytes_unref);
  return 0;
}
