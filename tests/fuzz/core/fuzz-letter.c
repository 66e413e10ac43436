/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Letters of a group in the small world of the scenarios, with a server and a carrier: people write,
 * come and go, the server is up and down, and a liar seals records that are right, bent, out of
 * order, of other groups or its own inventions. Driven by three-byte steps (see step()).
 */
#include "lan-bytes.h"
#include "lan-carry.h"
#include "lan-envelope.h"
#include "lan-group-private.h"
#include "lan-mail.h"
#include "lan-prekey.h"
#include "lan-record.h"
#include "sim-group.h"
#include "sim-post.h"
#include "sim-world.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_STEPS 32
#define PEOPLE    5 /* the last one is in the group only when added */
#define LIAR      3

typedef struct {
  Sim *sim;
  LanConversationId id;
  LanReader in;
  guint64 serial;
} Run;

static LanCore *
core_of (Run *run, guint who)
{
  return sim_node (run->sim, who)->core;
}

static void
say (Run *run, guint who, guint8 n)
{
  LanTime now = sim_time (run->sim, who);

  for (guint i = 0; core_of (run, who) != NULL && i <= n % 4; i++) {
    LanMessageId message;

    lan_random_bytes (&run->sim->random.base, &message, sizeof message);
    (void) !lan_core_group_send_text (core_of (run, who), &run->id, &message, "text", &now);
  }
  sim_drain_all (run->sim);
}

static void
operate (Run *run, guint who, guint8 what)
{
  LanCore *core = core_of (run, who);
  LanTime now = sim_time (run->sim, who);
  const LanAccountId *whom = sim_id (run->sim, (what >> 3) % PEOPLE);
  g_autoptr (GArray) members = NULL;

  if (core == NULL)
    return;
  switch (what % 8) {
  case 0:
    (void) !lan_core_group_add (core, &run->id, whom, 1, &now);
    break;
  case 1:
    (void) !lan_core_group_remove (core, &run->id, whom, &now);
    break;
  case 2:
    (void) !lan_core_group_leave (core, &run->id, &now);
    break;
  case 3:
    lan_core_set_carrying (core, (what & 8) != 0, &now);
    break;
  case 4:
    lan_core_mail_lost (core, &now);
    break;
  case 5:
    (void) !lan_core_block (core, whom, (what & 128) != 0, &now);
    break;
  default:
    members = lan_core_list_group_members (core, &run->id);
    for (guint i = 0; i < members->len; i++) {
      const LanGroupMemberInfo *member = &g_array_index (members, LanGroupMemberInfo, i);

      g_assert (member->delivered <= member->left && member->left <= member->carried);
    }
    break;
  }
  sim_drain_all (run->sim);
}

static void
weather (Run *run, guint who, guint8 how)
{
  SimPost *post = run->sim->post;

  switch (how % 8) {
  case 0:
  case 1:
    if (core_of (run, who) != NULL)
      sim_crash (run->sim, who, (how & 8) != 0);
    break;
  case 2:
  case 3:
    if (core_of (run, who) == NULL)
      sim_start (run->sim, who);
    break;
  case 4:
    sim_post_set_up (run->sim, (how & 8) != 0);
    break;
  case 5:
    post->lose_permille = (how & 8) != 0 ? 500 : 0;
    post->again_permille = (how & 16) != 0 ? 500 : 0;
    post->shuffle_permille = (how & 32) != 0 ? 500 : 0;
    break;
  case 6:
    sim_set_group (run->sim, who, (how >> 3) % 2);
    break;
  default:
    sim_node (run->sim, who)->disk_full = (how & 8) != 0;
    break;
  }
}

/* -- forged letters -- */

/* A record that somebody's disk holds; NULL: there is none. */
static GBytes *
real_record (Run *run, guint8 pick)
{
  GPtrArray *records = sim_node (run->sim, pick % PEOPLE)->store->records;
  const LanRecordRow *row;

  if (records->len == 0)
    return NULL;
  row = g_ptr_array_index (records, (pick / PEOPLE) % records->len);
  return g_bytes_ref (row->blob);
}

/* Signed by the liar, of a group that may not be there. */
static GBytes *
invented (Run *run, guint8 how)
{
  SimNode *liar = sim_node (run->sim, LIAR);
  const LanDeviceKeys *keys = g_ptr_array_index (liar->device_keys, 0);
  const guint8 content[] = { 0x0a, 3, 0x0a, 1, 'x' };
  guint8 out[512];
  static const guint16 kinds[] = { LAN_KIND_GROUP_OP, LAN_KIND_SEALED, LAN_KIND_TEXT, 999 };
  LanRecordView view = { .conversation = run->id,
                         .device = *lan_device_keys_id (keys),
                         .seq = 1 + how / 64,
                         .hlc = 1000,
                         .kind = kinds[how % G_N_ELEMENTS (kinds)],
                         .content = content,
                         .content_len = (how & 4) != 0 ? 0 : sizeof content };
  gsize len;

  if ((how & 8) != 0)
    memset (view.conversation.b, how, sizeof view.conversation.b);
  if (view.seq > 1)
    memset (view.previous.b, 1, sizeof view.previous.b);
  memset (view.message.b, how, sizeof view.message.b);
  len = lan_record_encode (&view, out, sizeof out);
  lan_device_keys_sign (keys, LAN_SIGN_RECORD, out, len, out + len);
  return g_bytes_new (out, len + LAN_RECORD_SIGNATURE_BYTES);
}

static GBytes *
make_record (Run *run)
{
  guint8 how = lan_read_u8 (&run->in), pick = lan_read_u8 (&run->in);
  g_autoptr (GBytes) record = (how & 3) == 3 ? invented (run, pick) : real_record (run, pick);
  guint8 *copy;
  gsize len;

  if (record == NULL || (how & 4) == 0)
    return g_steal_pointer (&record);
  copy = g_memdup2 (g_bytes_get_data (record, &len), g_bytes_get_size (record));
  /* Anywhere but in the length, by which the envelope finds the next one. */
  if (how >= 128)
    copy[len - 1 - (how & 127) % LAN_RECORD_SIGNATURE_BYTES] ^= 1;
  else
    copy[(how >> 3) % 16] ^= 1;
  return g_bytes_new_take (copy, len);
}

static void
letter (Run *run, guint from, guint8 to_and_n)
{
  guint to = to_and_n % PEOPLE;
  SimNode *sender = sim_node (run->sim, from), *victim = sim_node (run->sim, to);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) bundle = sim_post_prekey (run->sim, to);
  LanEnvelopeTo address = { .account = *sim_id (run->sim, to),
                            .device = *sim_device (run->sim, to) };
  LanTime now = sim_time (run->sim, to);
  g_autoptr (GBytes) envelope = NULL;
  LanPrekey prekey;

  for (guint i = 0; i <= to_and_n / PEOPLE % 8; i++) {
    GBytes *record = make_record (run);

    if (record != NULL)
      g_ptr_array_add (records, record);
  }
  if (victim->core == NULL || bundle == NULL || records->len == 0 ||
      lan_prekey_decode (&prekey, g_bytes_get_data (bundle, NULL), LAN_PREKEY_BYTES) !=
          LAN_STATUS_OK)
    return;
  memcpy (address.dh_public, lan_device_keys_dh_public (g_ptr_array_index (victim->device_keys, 0)),
          LAN_KEY_BYTES);
  address.signed_id = prekey.id;
  memcpy (address.signed_public, prekey.public_key, LAN_KEY_BYTES);
  if (lan_envelope_seal (&address, g_ptr_array_index (sender->device_keys, 0), 1,
                         (GBytes *const *) records->pdata, records->len, &run->sim->random.base,
                         &envelope) != LAN_STATUS_OK)
    return;
  lan_core_mail (victim->core, ++run->serial, envelope, &now);
  sim_drain_all (run->sim);
}

static void
step (Run *run)
{
  guint8 op = lan_read_u8 (&run->in);
  guint8 a = lan_read_u8 (&run->in);
  guint who = op / 8 % PEOPLE;

  switch (op % 8) {
  case 0:
  case 1:
    say (run, who, a);
    break;
  case 2:
    operate (run, who, a);
    break;
  case 3:
    weather (run, who, a);
    break;
  case 4:
  case 5:
    letter (run, who, a);
    break;
  case 6:
    sim_run (run->sim, a * 40);
    break;
  default:
    sim_discover_all (run->sim);
    sim_run (run->sim, a * 3000);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Run run = { .sim = sim_new (1, PEOPLE), .serial = G_GUINT64_CONSTANT (1) << 40 };

  lan_reader_init (&run.in, data, size);
  sim_post_open (run.sim);
  for (guint i = 1; i < PEOPLE; i++)
    sim_befriend (run.sim, 0, i);
  sim_befriend (run.sim, 1, 2);
  run.id = sim_group_create (run.sim, 0, 0, LIAR, size % 2 != 0);
  sim_run (run.sim, 4000);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  for (guint i = 0; i < PEOPLE; i++) {
    LanMailCounters counters;

    if (core_of (&run, i) == NULL)
      continue;
    lan_core_get_mail_counters (core_of (&run, i), &counters);
    g_assert (counters.waiting <= 128 && counters.under_way <= 256);
  }
  sim_run (run.sim, 1000);
  sim_free (run.sim);
  return 0;
}
