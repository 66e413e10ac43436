/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A group of four in the small world of the scenarios, the last of them a liar: what people do in it, crashes and
 * partitions, and records and frames that the liar signs or that somebody bends on the way, driven by
 * a script of three-byte steps (see step()). The world watches what must always hold.
 */
#include "lan-bytes.h"
#include "lan-frame.h"
#include "lan-group-private.h"
#include "lan-record.h"
#include "sim-group.h"
#include "sim-world.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_STEPS 32
#define PEOPLE    5 /* the last one is not in it at first */
#define LIAR      3

typedef struct {
  Sim *sim;
  LanConversationId id;
  LanReader in;
  GBytes *kept[8]; /* frames that went by */
  guint n_kept;
} Run;

static LanCore *
core_of (Run *run, guint who)
{
  return sim_node (run->sim, who % PEOPLE)->core;
}

static LanGroup *
group_of (Run *run, guint who)
{
  LanCore *core = core_of (run, who);

  return core != NULL ? g_hash_table_lookup (core->groups, &run->id) : NULL;
}

/* -- what people do -- */

static void
say (Run *run, guint who, guint8 what)
{
  LanTime now = sim_time (run->sim, who);
  LanMessageId message;
  const char *texts[] = { "a", "hello to you all", "" };

  if (core_of (run, who) == NULL)
    return;
  lan_random_bytes (&run->sim->random.base, &message, sizeof message);
  if (what % 8 == 7)
    lan_core_group_set_typing (core_of (run, who), &run->id, (what & 8) == 0, &now);
  else
    (void) !lan_core_group_send_text (core_of (run, who), &run->id, &message, texts[what % 3],
                                      &now);
  sim_drain_all (run->sim);
}

static void
operate (Run *run, guint who, guint8 what)
{
  LanCore *core = core_of (run, who);
  LanTime now = sim_time (run->sim, who);
  const LanAccountId *whom = sim_id (run->sim, (what >> 4) % PEOPLE);
  g_autoptr (GBytes) picture = g_bytes_new_static ("\x89PNG\r\n\x1a\n", 8);
  LanGroupRole role = (LanGroupRole) (1 + (what >> 6) % 3);
  g_autoptr (GArray) members = NULL;
  LanGroupInfo info;

  if (core == NULL)
    return;
  switch (what % 16) {
  case 0:
  case 1:
    (void) !lan_core_group_add (core, &run->id, whom, 1, &now);
    break;
  case 2:
  case 3:
    (void) !lan_core_group_remove (core, &run->id, whom, &now);
    break;
  case 4:
  case 5:
    (void) !lan_core_group_set_role (core, &run->id, whom, role, &now);
    break;
  case 6:
    (void) !lan_core_group_rename (core, &run->id, (what & 16) != 0 ? "North" : "", &now);
    break;
  case 7:
    (void) !lan_core_group_set_topic (core, &run->id, "topic", &now);
    break;
  case 8:
    (void) !lan_core_group_set_picture (core, &run->id, (what & 16) != 0 ? picture : NULL, &now);
    break;
  case 9:
    (void) !lan_core_group_set_history (core, &run->id, (what & 16) != 0, &now);
    break;
  case 10:
    (void) !lan_core_group_make_proper (core, &run->id, &now);
    break;
  case 11:
    if (what > 192)
      (void) !lan_core_group_end (core, &run->id, &now);
    break;
  case 12:
    (void) !lan_core_group_leave (core, &run->id, &now);
    break;
  case 13:
    (void) !lan_core_group_join (core, &run->id, &now);
    break;
  case 14:
    (void) !lan_core_group_set_muted (core, &run->id, (what & 16) != 0, &now);
    break;
  default:
    members = lan_core_list_group_members (core, &run->id);
    if (lan_core_get_group (core, &run->id, &info))
      g_assert (members->len <= LAN_GROUP_MAX_MEMBERS && info.n_members == members->len);
    break;
  }
  sim_drain_all (run->sim);
}

static void
weather (Run *run, guint who, guint8 how)
{
  switch (how % 4) {
  case 0:
    if (core_of (run, who) != NULL)
      sim_crash (run->sim, who, (how & 4) != 0);
    break;
  case 1:
    for (guint i = 0; i < PEOPLE; i++) {
      if (core_of (run, i) == NULL)
        sim_start (run->sim, i);
    }
    break;
  case 2:
    sim_set_group (run->sim, who, (how >> 2) % 2);
    break;
  default:
    run->sim->rough_permille = (how >> 2) * 8u;
    break;
  }
  sim_discover_all (run->sim);
}

/* -- what is sent by whom -- */

static SimPipe *
pipe_between (Run *run, guint a, guint b, guint *end)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, run->sim->pipes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SimPipe *pipe = value;

    for (*end = 0; *end < 2; (*end)++) {
      if (pipe->ends[*end] == b && pipe->ends[1 - *end] == a)
        return pipe;
    }
  }
  return NULL;
}

static void
deliver (Run *run, guint from, guint to, GBytes *bytes)
{
  guint end;
  SimPipe *pipe = pipe_between (run, from, to, &end);
  SimEvent *event;

  if (pipe == NULL || core_of (run, to) == NULL)
    return;
  event = sim_add (run->sim, SIM_FRAME, to, run->sim->now_us + 1);
  event->channel = (gint64) pipe->id;
  event->carrier = pipe->carrier;
  event->bytes = g_bytes_ref (bytes);
  sim_run (run->sim, 1);
}

static void
deliver_frame (Run *run, guint from, guint to, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);

  deliver (run, from, to, bytes);
}

static ProtobufCBinaryData
field (const void *data, gsize len)
{
  return (ProtobufCBinaryData){ len, (guint8 *) data };
}

/* An operation that the liar may not do, or about people who are not there, or that contradicts itself. */
static GBytes *
forged_op (Run *run, LanGroup *group, guint8 how)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;
  Lanyard__GroupPerson person = LANYARD__GROUP_PERSON__INIT, *people[] = { &person, &person };
  LanContent content = LANYARD__CONTENT__INIT;
  ProtobufCBinaryData parents[2];
  guint8 cuts[16] = { 0 }, unknown[32] = { 9 };
  guint n = 0;

  op.version = how == 255 ? 2 : 1;
  op.type = (Lanyard__GroupOpType) (how % 13);
  if (group->state->heads->len > 0 && (how & 16) != 0)
    parents[n++] = field (((LanGroupOp *) group->state->heads->pdata[0])->hash.b, 32);
  else if (group->state->first != NULL)
    parents[n++] = field (group->state->first->hash.b, 32);
  if ((how & 96) == 96)
    parents[n++] = field (unknown, 32);
  op.parents = parents;
  op.n_parents = n;
  if (op.type == LANYARD__GROUP_OP_TYPE__GROUP_CREATE) {
    op.nonce = field (unknown, LAN_GROUP_NONCE_BYTES);
    op.n_parents = 0;
  }
  op.kind = (Lanyard__GroupKind) (1 + how % 3);
  op.text = (char *) ((how & 32) != 0 ? "Mine" : "");
  person.account = field (sim_id (run->sim, (how >> 5) % PEOPLE)->b, LAN_ACCOUNT_ID_BYTES);
  person.role = (Lanyard__GroupRole) (how >> 6);
  person.name = (char *) "somebody";
  op.people = people;
  op.n_people = (how & 128) != 0 ? 2 : 1;
  memcpy (cuts, sim_device (run->sim, (how >> 4) % PEOPLE)->b, 8);
  cuts[8] = how;
  op.cuts = field (cuts, (how & 64) != 0 ? sizeof cuts : 0);
  content.body_case = LANYARD__CONTENT__BODY_GROUP_OP;
  content.group_op = &op;
  return lan_content_encode (&content);
}

static GBytes *
forged_key (Run *run, LanGroup *group, guint8 how)
{
  Lanyard__GroupKey key = LANYARD__GROUP_KEY__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  ProtobufCBinaryData parent = { 0 };
  guint8 name[32], ephemeral[32] = { 9, how }, boxes[2 * 56];

  memset (name, how, sizeof name);
  memset (boxes, how, sizeof boxes);
  memcpy (boxes, sim_device (run->sim, how % PEOPLE)->b, 8);
  if (group->state->first != NULL)
    parent = field (group->state->first->hash.b, 32);
  key.parents = &parent;
  key.n_parents = parent.len > 0;
  key.name = field (name, sizeof name);
  key.ephemeral = field (ephemeral, sizeof ephemeral);
  key.boxes = field (boxes, (how & 1) != 0 ? 56 : sizeof boxes);
  content.body_case = LANYARD__CONTENT__BODY_GROUP_KEY;
  content.group_key = &key;
  return lan_content_encode (&content);
}

static GBytes *
forged_sealed (LanGroup *group, guint8 how)
{
  Lanyard__Sealed sealed = LANYARD__SEALED__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  guint8 name[32], body[64] = { 1 };
  GHashTableIter iter;
  gpointer key;

  memset (name, how, sizeof name);
  g_hash_table_iter_init (&iter, group->chains);
  if ((how & 1) != 0 && g_hash_table_iter_next (&iter, &key, NULL))
    memcpy (name, ((LanHash *) key)->b, sizeof name);
  sealed.chain = field (name, sizeof name);
  sealed.index = how >> 1;
  sealed.body = field (body, sizeof body);
  content.body_case = LANYARD__CONTENT__BODY_SEALED;
  content.sealed = &sealed;
  return lan_content_encode (&content);
}

static GBytes *
forged_read (Run *run, guint8 how)
{
  Lanyard__ReadMark mark = LANYARD__READ_MARK__INIT, *marks[] = { &mark };
  Lanyard__ReadUpTo read = LANYARD__READ_UP_TO__INIT;
  LanContent content = LANYARD__CONTENT__INIT;

  mark.device = field (sim_device (run->sim, how % PEOPLE)->b, 8);
  mark.seq = 1 + (how >> 3);
  mark.hlc = 1;
  read.marks = marks;
  read.n_marks = 1;
  content.body_case = LANYARD__CONTENT__BODY_READ_UP_TO;
  content.read_up_to = &read;
  return lan_content_encode (&content);
}

/* A record of the liar's device; its own core knows nothing of it, so that it contradicts itself later. */
static GBytes *
forged_record (Run *run, guint8 what, guint8 bend)
{
  SimNode *liar = sim_node (run->sim, LIAR);
  LanGroup *group = group_of (run, LIAR);
  const LanDeviceKeys *keys = g_ptr_array_index (liar->device_keys, liar->device_keys->len - 1);
  static const guint16 kinds[] = { LAN_KIND_GROUP_OP, LAN_KIND_GROUP_KEY, LAN_KIND_SEALED,
                                   LAN_KIND_READ_UP_TO, 999 };
  guint which = what % G_N_ELEMENTS (kinds);
  g_autoptr (GBytes) content = which == 0   ? forged_op (run, group, bend)
                               : which == 1 ? forged_key (run, group, bend)
                               : which == 2 ? forged_sealed (group, bend)
                                            : forged_read (run, bend);
  g_autofree guint8 *out = g_malloc (LAN_RECORD_MAX_BYTES);
  LanRecordView view = { .conversation = run->id,
                         .device = *lan_device_keys_id (keys),
                         .seq = group->own->head.seq + 1,
                         .previous = group->own->head.hash,
                         .hlc = group->own->head.hlc + 1 + bend,
                         .kind = kinds[which] };
  gsize len;

  lan_random_bytes (&run->sim->random.base, &view.message, sizeof view.message);
  view.content = g_bytes_get_data (content, &view.content_len);
  if ((what & 32) != 0)
    view.seq += what >> 6;
  if ((what & 192) == 64 && view.seq > 2)
    view.seq--;
  if ((what & 16) != 0)
    view.previous.b[0] ^= 1;
  if (view.seq == 1)
    memset (&view.previous, 0, sizeof view.previous);
  len = lan_record_encode (&view, out, LAN_RECORD_MAX_BYTES);
  lan_device_keys_sign (keys, LAN_SIGN_RECORD, out, len, out + len);
  if (what == 251)
    out[len] ^= 1;
  return g_bytes_new (out, len + LAN_RECORD_SIGNATURE_BYTES);
}

static void
forge (Run *run, guint to, guint8 what, guint8 bend)
{
  Lanyard__Records records = LANYARD__RECORDS__INIT;
  Lanyard__GroupNotice notice = LANYARD__GROUP_NOTICE__INIT;
  ProtobufCBinaryData items[2];
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) two = NULL;

  if (group_of (run, LIAR) == NULL)
    return;
  one = forged_record (run, what, bend);
  two = forged_record (run, what, (guint8) (bend + 1));
  items[0].data = (guint8 *) g_bytes_get_data (one, &items[0].len);
  items[1].data = (guint8 *) g_bytes_get_data (two, &items[1].len);
  if (bend % 8 == 7) {
    notice.group = field (run->id.b, sizeof run->id.b);
    notice.records = items;
    notice.n_records = 1 + (what & 1);
    frame.body_case = LANYARD__FRAME__BODY_GROUP_NOTICE;
    frame.group_notice = &notice;
  } else {
    records.records = items;
    records.n_records = 1 + (bend % 8 == 6);
    frame.body_case = LANYARD__FRAME__BODY_RECORDS;
    frame.records = &records;
  }
  deliver_frame (run, LIAR, to, &frame);
}

/* Vectors, fetches, keys: about logs and chains that are there, and others. */
static void
ask (Run *run, guint from, guint to, guint8 what)
{
  Lanyard__GroupVector vector = LANYARD__GROUP_VECTOR__INIT;
  Lanyard__GroupFetch fetch = LANYARD__GROUP_FETCH__INIT;
  Lanyard__GroupKeysWanted wanted = LANYARD__GROUP_KEYS_WANTED__INIT;
  Lanyard__GroupKeys keys = LANYARD__GROUP_KEYS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData id = field (run->id.b, sizeof run->id.b);
  LanGroup *group = group_of (run, from);
  guint8 bytes[3 * 68];
  GHashTableIter iter;
  gpointer name;

  memset (bytes, what, sizeof bytes);
  memcpy (bytes, sim_device (run->sim, what % PEOPLE)->b, 8);
  memset (bytes + 8, 0, 16);
  bytes[8] = what >> 3;
  bytes[16] = (guint8) (bytes[8] + what % 4);
  vector.group = fetch.group = wanted.group = keys.group = id;
  switch (what % 4) {
  case 0:
    vector.heads = field (bytes, 24);
    vector.digest = field (bytes + 30, (what & 8) != 0 ? 16 : 0);
    vector.ask = (what & 16) != 0;
    vector.full = (what & 32) != 0;
    frame.body_case = LANYARD__FRAME__BODY_GROUP_VECTOR;
    frame.group_vector = &vector;
    break;
  case 1:
    fetch.ranges = field (bytes, 24);
    frame.body_case = LANYARD__FRAME__BODY_GROUP_FETCH;
    frame.group_fetch = &fetch;
    break;
  case 2:
    if (group != NULL) {
      g_hash_table_iter_init (&iter, group->chains);
      if (g_hash_table_iter_next (&iter, &name, NULL))
        memcpy (bytes, ((LanHash *) name)->b, 32);
    }
    wanted.chains = field (bytes, 64);
    frame.body_case = LANYARD__FRAME__BODY_GROUP_KEYS_WANTED;
    frame.group_keys_wanted = &wanted;
    break;
  default:
    if (group != NULL) {
      g_hash_table_iter_init (&iter, group->chains);
      if (g_hash_table_iter_next (&iter, &name, NULL))
        memcpy (bytes, ((LanHash *) name)->b, 32);
    }
    keys.keys = field (bytes, 68);
    frame.body_case = LANYARD__FRAME__BODY_GROUP_KEYS;
    frame.group_keys = &keys;
    break;
  }
  deliver_frame (run, from, to, &frame);
}

/* A frame on its way is bent, kept, or comes again to somebody else. */
static void
meddle (Run *run, guint to, guint8 what)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (run->sim->events);
  guint skip = what % 8;

  for (; !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter)) {
    SimEvent *event = g_sequence_get (iter);
    gsize len;
    const guint8 *data;
    guint8 *bent;

    if (event->type != SIM_FRAME || skip-- > 0)
      continue;
    if (run->n_kept < G_N_ELEMENTS (run->kept))
      run->kept[run->n_kept++] = g_bytes_ref (event->bytes);
    data = g_bytes_get_data (event->bytes, &len);
    bent = g_memdup2 (data, len);
    bent[(what * 37u) % len] ^= (guint8) (1 << what % 8);
    if ((what & 8) != 0) {
      g_bytes_unref (event->bytes);
      event->bytes = g_bytes_new_take (bent, len);
      return;
    }
    g_free (bent);
    break;
  }
  if (run->n_kept > 0)
    deliver (run, (what >> 4) % PEOPLE, to, run->kept[what % run->n_kept]);
}

static void
step (Run *run)
{
  guint8 op = lan_read_u8 (&run->in);
  guint8 a = lan_read_u8 (&run->in);
  guint8 b = lan_read_u8 (&run->in);
  guint who = op / 8 % PEOPLE;

  switch (op % 8) {
  case 0:
    say (run, who, a);
    break;
  case 1:
    operate (run, who, a);
    break;
  case 2:
    weather (run, who, a);
    break;
  case 3:
    forge (run, who, a, b);
    break;
  case 4:
    ask (run, who, a % PEOPLE, b);
    break;
  case 5:
    meddle (run, who, a);
    break;
  case 6:
    sim_run (run->sim, a * 8);
    break;
  default:
    sim_discover_all (run->sim);
    sim_run (run->sim, a * 20);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Run run = { .sim = sim_new (1, PEOPLE) };

  lan_reader_init (&run.in, data, size);
  for (guint i = 1; i < PEOPLE; i++)
    sim_befriend (run.sim, 0, i);
  run.id = sim_group_create (run.sim, 0, 0, LIAR, size % 2 != 0);
  sim_discover_all (run.sim);
  sim_run (run.sim, 2000);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  sim_run (run.sim, 1000);
  for (guint i = 0; i < run.n_kept; i++)
    g_bytes_unref (run.kept[i]);
  sim_free (run.sim);
  return 0;
}
