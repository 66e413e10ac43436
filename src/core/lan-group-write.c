/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Own records of a group: operations, chains and what members read; and the commands behind them.
 */
#include "lan-group-private.h"

#include "lan-text.h"

#include <string.h>

#define CERTS_OF_PERSON 4

static void
note_fresh (LanGroup *group, guint64 seq, GBytes *blob)
{
  LanGroupFresh *fresh = g_new0 (LanGroupFresh, 1);

  fresh->seq = seq;
  fresh->blob = g_bytes_ref (blob);
  g_queue_push_tail (&group->fresh, fresh);
}

/* @inside: what members read, of which the record holds only the sealed form; NULL: as it is. */
static void
append (LanCore *core, LanGroup *group, const LanMessageId *message, guint16 kind,
        LanContent *content, guint16 inner_kind, const LanContent *inside)
{
  LanCoreLog *log = group->own;
  LanRecordView view = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autofree LanRecordRow *row = NULL;

  if (log->head.seq == 0) {
    gsize len;

    content->cert.data = (guint8 *) g_bytes_get_data (core->cert, &len);
    content->cert.len = len;
  }
  bytes = lan_content_encode (content);
  view.conversation = group->row.conversation;
  view.device = log->device;
  view.seq = log->head.seq + 1;
  view.previous = log->head.hash;
  view.message = *message;
  view.hlc = lan_hlc_tick (&core->hlc, core->now.wall_ms, log->head.hlc);
  view.kind = kind;
  view.content = g_bytes_get_data (bytes, &view.content_len);
  row = lan_core_make_row (core, &view, lan_core_sign_record (core, &view), &core->self,
                           inside != NULL ? inside : content, content->order);
  if (inside != NULL)
    lan_core_set_opened (row, inner_kind, lan_content_encode_sealed (inner_kind, inside), inside);
  log->head = (LanLogPoint){ view.seq, row->hash, view.hlc, content->order };
  group->top_order = MAX (group->top_order, content->order);
  note_fresh (group, view.seq, row->blob);
  if (kind == LAN_KIND_GROUP_OP) {
    LanGroupOp op = { .hash = row->hash,
                      .actor = core->self,
                      .device = log->device,
                      .seq = view.seq,
                      .hlc = view.hlc,
                      .blob = row->blob };
    LanContent *copy = NULL;

    lan_group_put_item (core, group, LAN_GROUP_ITEM_OP, &op.hash, sizeof op.hash,
                        g_bytes_ref (row->blob));
    if (lan_content_decode (kind, view.content, view.content_len, &copy) != LAN_STATUS_OK ||
        lan_group_state_add (group->state, &op, copy) != LAN_STATUS_OK)
      g_assert_not_reached ();
  }
  lan_core_add_record (core, log, row, (row->flags & LAN_RECORD_HIDDEN) == 0);
  if (inner_kind == LAN_KIND_MESSAGE_OP)
    lan_core_note_operation (core, &core->self, &core->self, &view, &row->hash, inside, row->order);
  if (kind == LAN_KIND_GROUP_OP)
    lan_group_resolved (core, group);
}

/* Above everything that we hold here, and not before the clock. */
static guint64
next_order (LanCore *core, LanGroup *group)
{
  guint64 hlc = MAX (lan_hlc_from_ms (core->now.wall_ms), core->hlc.last + 1);

  return MIN (MAX (MAX (hlc, group->own->head.hlc + 1), group->top_order + 1), LAN_HLC_MAX - 1);
}

static void
write_sealed (LanCore *core, LanGroup *group, const LanMessageId *message, guint16 kind,
              LanContent *inside)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__Sealed sealed = LANYARD__SEALED__INIT;
  LanGroupPlace place = { 0, *message };
  g_autoptr (GBytes) plain = NULL;
  g_autofree guint8 *body = NULL;
  gsize len;
  const guint8 *data;

  if (!lan_group_chain_is_good (core, group))
    lan_group_make_chain (core, group);
  inside->order = content.order = next_order (core, group);
  plain = lan_content_encode_sealed (kind, inside);
  data = g_bytes_get_data (plain, &len);
  body = g_malloc (len + LAN_GROUP_BOX_OVERHEAD);
  place.index = (guint32) (group->own->head.seq - group->sending->key_seq);
  if (lan_group_chain_seal (&group->sending->current, &group->sending->writer, &place, data, len,
                            body) != LAN_STATUS_OK)
    g_assert_not_reached ();
  sealed.chain = (ProtobufCBinaryData){ LAN_HASH_BYTES, group->sending->first.name.b };
  sealed.index = place.index;
  sealed.body = (ProtobufCBinaryData){ len + LAN_GROUP_BOX_OVERHEAD, body };
  content.body_case = LANYARD__CONTENT__BODY_SEALED;
  content.sealed = &sealed;
  append (core, group, message, LAN_KIND_SEALED, &content, kind, inside);
}

void
lan_group_write (LanCore *core, LanGroup *group, const LanMessageId *message, guint16 kind,
                 LanContent *content)
{
  if (kind != LAN_KIND_GROUP_OP && kind != LAN_KIND_GROUP_KEY && kind != LAN_KIND_READ_UP_TO) {
    write_sealed (core, group, message, kind, content);
    return;
  }
  content->order = next_order (core, group);
  append (core, group, message, kind, content, 0, NULL);
}

gboolean
lan_group_is_restoring (const LanGroup *group)
{
  return group->restore_to > group->own->head.seq;
}

void
lan_group_run_deferred (LanCore *core, LanGroup *group)
{
  LanDeferred *deferred;

  if (lan_group_is_restoring (group))
    return;
  while ((deferred = g_queue_pop_head (&group->deferred)) != NULL) {
    if (lan_group_we_are_in (core, group))
      lan_group_write (core, group, &deferred->message, deferred->kind, deferred->content);
    lan_deferred_free (deferred);
  }
}

/* ---- operations ---- */

static void
fill_parents (LanGroup *group, ProtobufCBinaryData *parents, gsize *n)
{
  for (*n = 0; *n < group->state->heads->len && *n < LAN_GROUP_PARENTS_MAX_COUNT; (*n)++) {
    LanGroupOp *head = g_ptr_array_index (group->state->heads, *n);

    parents[*n] = (ProtobufCBinaryData){ sizeof head->hash.b, head->hash.b };
  }
}

static void
write_op (LanCore *core, LanGroup *group, Lanyard__GroupOp *op)
{
  ProtobufCBinaryData parents[LAN_GROUP_PARENTS_MAX_COUNT];
  LanContent content = LANYARD__CONTENT__INIT;
  LanMessageId id;

  op->version = 1;
  fill_parents (group, parents, &op->n_parents);
  op->parents = parents;
  content.body_case = LANYARD__CONTENT__BODY_GROUP_OP;
  content.group_op = op;
  lan_random_bytes (core->random, &id, sizeof id);
  lan_group_touch (core, group);
  lan_group_write (core, group, &id, LAN_KIND_GROUP_OP, &content);
}

static LanStatus
try_op (LanCore *core, const LanConversationId *id, Lanyard__GroupOp *op, const LanTime *now)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  LanStatus status = LAN_STATUS_MISMATCH;

  core->now = *now;
  if (group != NULL && lan_group_is_restoring (group))
    status = LAN_STATUS_STATE;
  else if (group != NULL)
    status = lan_group_state_may (group->state, &core->self, op);
  if (status == LAN_STATUS_OK)
    write_op (core, group, op);
  lan_core_settle (core);
  return status;
}

/* Somebody as an operation names them, with what is known of their devices. */
typedef struct {
  Lanyard__GroupPerson body;
  ProtobufCBinaryData certs[CERTS_OF_PERSON];
} Named;

static void
name_person (LanCore *core, Named *named, const LanAccountId *account, LanGroupRole role)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  named->body = (Lanyard__GroupPerson) LANYARD__GROUP_PERSON__INIT;
  named->body.account = (ProtobufCBinaryData){ sizeof account->b, (guint8 *) account->b };
  named->body.role = (Lanyard__GroupRole) role;
  named->body.certs = named->certs;
  if (person == NULL)
    return;
  named->body.name = person->row.name;
  for (guint i = 0; i < person->devices->len && named->body.n_certs < CERTS_OF_PERSON; i++) {
    const LanCoreDevice *device = g_ptr_array_index (person->devices, i);
    gsize len;

    if (device->row.state != 0 || device->row.cert == NULL)
      continue;
    named->certs[named->body.n_certs].data = (guint8 *) g_bytes_get_data (device->row.cert, &len);
    named->certs[named->body.n_certs++].len = len;
  }
}

/* Whom of @accounts an operation can name: known, able to talk, not us, not there. */
static guint
choose (LanCore *core, LanGroup *group, const LanAccountId *accounts, guint n, GArray *chosen)
{
  for (guint i = 0; i < n; i++) {
    LanCorePerson *person = lan_core_resolve (core, &accounts[i]);
    gboolean again = FALSE;

    if (person == NULL || lan_core_is_me (core, person) || lan_core_is_blocked (person) ||
        (group != NULL && lan_group_is_member (group, &person->row.account)))
      continue;
    for (guint k = 0; k < chosen->len && !again; k++)
      again = lan_account_id_equal (&g_array_index (chosen, LanAccountId, k), &person->row.account);
    if (!again)
      g_array_append_val (chosen, person->row.account);
  }
  return chosen->len;
}

/* In pieces that fit a record. */
static void
write_people (LanCore *core, LanGroup *group, Lanyard__GroupOp *op, GArray *accounts)
{
  guint done = 0;

  do {
    Named named[LAN_GROUP_PEOPLE_MAX_COUNT / 2];
    Lanyard__GroupPerson *pointers[G_N_ELEMENTS (named)];
    gsize bytes = 0;

    op->n_people = 0;
    op->people = pointers;
    while (done < accounts->len && op->n_people < G_N_ELEMENTS (named) && bytes < 30000) {
      name_person (core, &named[op->n_people], &g_array_index (accounts, LanAccountId, done++),
                   LAN_GROUP_ROLE_MEMBER);
      pointers[op->n_people] = &named[op->n_people].body;
      bytes += protobuf_c_message_get_packed_size (&named[op->n_people++].body.base);
    }
    write_op (core, group, op);
    *op = (Lanyard__GroupOp) LANYARD__GROUP_OP__INIT;
    op->type = LANYARD__GROUP_OP_TYPE__GROUP_ADD;
  } while (done < accounts->len);
}

LanStatus
lan_core_group_create (LanCore *core, LanGroupKind kind, const char *name,
                       const LanAccountId *accounts, guint n, gboolean open_history,
                       guint64 ends_ms, LanConversationId *out, const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
  guint8 nonce[LAN_GROUP_NONCE_BYTES];
  LanGroup *group;

  core->now = *now;
  if (strlen (name) > LAN_GROUP_NAME_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  if (!g_utf8_validate (name, -1, NULL))
    return LAN_STATUS_MALFORMED;
  if (n >= LAN_GROUP_MAX_MEMBERS || g_hash_table_size (core->groups) >= LAN_GROUP_MAX_GROUPS)
    return LAN_STATUS_LIMIT;
  if (choose (core, NULL, accounts, n, chosen) == 0)
    return LAN_STATUS_MISMATCH;
  lan_random_bytes (core->random, nonce, sizeof nonce);
  lan_group_id_compute (out, &core->self, nonce);
  group = lan_group_add (core, out);
  op.type = LANYARD__GROUP_OP_TYPE__GROUP_CREATE;
  op.nonce = (ProtobufCBinaryData){ sizeof nonce, nonce };
  op.kind = (Lanyard__GroupKind) kind;
  op.open_history = open_history;
  op.ends_ms = ends_ms;
  op.text = (char *) name;
  write_people (core, group, &op, chosen);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_group_add (LanCore *core, const LanConversationId *id, const LanAccountId *accounts,
                    guint n, const LanTime *now)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
  Lanyard__GroupPerson body = LANYARD__GROUP_PERSON__INIT;
  Lanyard__GroupPerson *people[] = { &body };
  LanStatus status;

  core->now = *now;
  if (group == NULL || choose (core, group, accounts, n, chosen) == 0)
    return LAN_STATUS_MISMATCH;
  if (group->state->members->len + chosen->len > LAN_GROUP_MAX_MEMBERS)
    return LAN_STATUS_LIMIT;
  op.type = LANYARD__GROUP_OP_TYPE__GROUP_ADD;
  body.account.data = (guint8 *) chosen->data;
  body.account.len = LAN_ACCOUNT_ID_BYTES;
  op.people = people;
  op.n_people = 1;
  status = lan_group_is_restoring (group) ? LAN_STATUS_STATE
                                          : lan_group_state_may (group->state, &core->self, &op);
  if (status == LAN_STATUS_OK)
    write_people (core, group, &op, chosen);
  lan_core_settle (core);
  return status;
}

/* How far the logs of @account's devices are known here. Returns: n x (device, seq). */
static GByteArray *
cuts_of (LanCore *core, LanGroup *group, const LanAccountId *account)
{
  GByteArray *cuts = g_byte_array_new ();

  for (guint i = 0; i < group->logs->len; i++) {
    const LanCoreLog *log = g_ptr_array_index (group->logs, i);
    const LanAccountId *author = lan_group_author (core, group, &log->device);
    guint64 seq = GUINT64_TO_LE (log->head.seq);

    if (author == NULL || !lan_account_id_equal (author, account) ||
        cuts->len >= LAN_GROUP_CUT_BYTES * LAN_GROUP_CUTS_MAX_COUNT)
      continue;
    g_byte_array_append (cuts, log->device.b, sizeof log->device.b);
    g_byte_array_append (cuts, (guint8 *) &seq, sizeof seq);
  }
  return cuts;
}

static LanStatus
end_membership (LanCore *core, const LanConversationId *id, const LanAccountId *account,
                Lanyard__GroupOpType type, const LanTime *now)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;
  Lanyard__GroupPerson body = LANYARD__GROUP_PERSON__INIT;
  Lanyard__GroupPerson *people[] = { &body };
  g_autoptr (GByteArray) cuts = NULL;

  if (group == NULL)
    return LAN_STATUS_MISMATCH;
  cuts = cuts_of (core, group, account);
  op.type = type;
  op.cuts = (ProtobufCBinaryData){ cuts->len, cuts->data };
  body.account = (ProtobufCBinaryData){ sizeof account->b, (guint8 *) account->b };
  op.people = people;
  op.n_people = type == LANYARD__GROUP_OP_TYPE__GROUP_REMOVE ? 1 : 0;
  return try_op (core, id, &op, now);
}

LanStatus
lan_core_group_remove (LanCore *core, const LanConversationId *id, const LanAccountId *account,
                       const LanTime *now)
{
  if (lan_account_id_equal (account, &core->self))
    return LAN_STATUS_STATE;
  return end_membership (core, id, account, LANYARD__GROUP_OP_TYPE__GROUP_REMOVE, now);
}

LanStatus
lan_core_group_leave (LanCore *core, const LanConversationId *id, const LanTime *now)
{
  return end_membership (core, id, &core->self, LANYARD__GROUP_OP_TYPE__GROUP_LEAVE, now);
}

LanStatus
lan_core_group_set_role (LanCore *core, const LanConversationId *id, const LanAccountId *account,
                         LanGroupRole role, const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;
  Lanyard__GroupPerson body = LANYARD__GROUP_PERSON__INIT;
  Lanyard__GroupPerson *people[] = { &body };

  body.account = (ProtobufCBinaryData){ sizeof account->b, (guint8 *) account->b };
  body.role = (Lanyard__GroupRole) role;
  op.type = LANYARD__GROUP_OP_TYPE__GROUP_ROLE;
  op.people = people;
  op.n_people = 1;
  return try_op (core, id, &op, now);
}

static LanStatus
set_text (LanCore *core, const LanConversationId *id, Lanyard__GroupOpType type, const char *text,
          gsize max, const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;

  if (strlen (text) > max)
    return LAN_STATUS_OVERSIZED;
  if (!g_utf8_validate (text, -1, NULL))
    return LAN_STATUS_MALFORMED;
  op.type = type;
  op.text = (char *) text;
  return try_op (core, id, &op, now);
}

LanStatus
lan_core_group_rename (LanCore *core, const LanConversationId *id, const char *name,
                       const LanTime *now)
{
  return set_text (core, id, LANYARD__GROUP_OP_TYPE__GROUP_RENAME, name, LAN_GROUP_NAME_MAX_BYTES,
                   now);
}

LanStatus
lan_core_group_set_topic (LanCore *core, const LanConversationId *id, const char *topic,
                          const LanTime *now)
{
  return set_text (core, id, LANYARD__GROUP_OP_TYPE__GROUP_TOPIC, topic, LAN_GROUP_TOPIC_MAX_BYTES,
                   now);
}

LanStatus
lan_core_group_set_picture (LanCore *core, const LanConversationId *id, GBytes *picture,
                            const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;

  op.type = LANYARD__GROUP_OP_TYPE__GROUP_PICTURE;
  if (picture != NULL) {
    op.picture.data = (guint8 *) g_bytes_get_data (picture, &op.picture.len);
    if (op.picture.len > LAN_GROUP_PICTURE_MAX_BYTES)
      return LAN_STATUS_OVERSIZED;
  }
  return try_op (core, id, &op, now);
}

LanStatus
lan_core_group_set_history (LanCore *core, const LanConversationId *id, gboolean open,
                            const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;

  op.type = LANYARD__GROUP_OP_TYPE__GROUP_HISTORY;
  op.open_history = open;
  return try_op (core, id, &op, now);
}

LanStatus
lan_core_group_make_proper (LanCore *core, const LanConversationId *id, const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;

  op.type = LANYARD__GROUP_OP_TYPE__GROUP_KIND;
  op.kind = LANYARD__GROUP_KIND__GROUP_PROPER;
  return try_op (core, id, &op, now);
}

LanStatus
lan_core_group_end (LanCore *core, const LanConversationId *id, const LanTime *now)
{
  Lanyard__GroupOp op = LANYARD__GROUP_OP__INIT;

  op.type = LANYARD__GROUP_OP_TYPE__GROUP_END;
  return try_op (core, id, &op, now);
}

/* ---- messages ---- */

LanStatus
lan_core_group_send (LanCore *core, const LanConversationId *id, const LanMessageId *message,
                     guint16 kind, LanContent *content, const LanTime *now)
{
  g_autoptr (GBytes) bytes = lan_content_encode_sealed (kind, content);
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  LanContent *checked = NULL;
  LanStatus status;
  LanGroupInfo info;
  guint16 same;

  core->now = *now;
  if (group == NULL)
    return LAN_STATUS_MISMATCH;
  (void) lan_core_get_group (core, id, &info);
  if (!lan_group_we_are_in (core, group) || info.ended || lan_message_id_is_zero (message))
    return LAN_STATUS_STATE;
  if (g_bytes_get_size (bytes) > LAN_RECORD_MAX_CONTENT - 512)
    return LAN_STATUS_OVERSIZED;
  status = lan_content_decode_sealed (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                      &same, &checked);
  if (status != LAN_STATUS_OK)
    return status;
  if (lan_group_is_restoring (group)) {
    LanDeferred *deferred = g_new0 (LanDeferred, 1);

    *deferred = (LanDeferred){ *message, kind, g_steal_pointer (&checked) };
    g_queue_push_tail (&group->deferred, deferred);
  } else {
    lan_group_write (core, group, message, kind, checked);
  }
  lan_group_typing_sent_off (core, group);
  lan_group_agree (core, group);
  lan_content_free (checked);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_group_send_text (LanCore *core, const LanConversationId *id, const LanMessageId *message,
                          const char *text, const LanTime *now)
{
  Lanyard__Text body = LANYARD__TEXT__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  gsize len = strlen (text);

  if (len > LAN_TEXT_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  if (len == 0 || !g_utf8_validate (text, (gssize) len, NULL))
    return LAN_STATUS_MALFORMED;
  body.text = (char *) text;
  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &body;
  return lan_core_group_send (core, id, message, LAN_KIND_TEXT, &content, now);
}

/* ---- read-up-to ---- */

/* Everything shown since the last one, of each author. */
void
lan_group_write_receipt (LanCore *core, LanGroup *group)
{
  Lanyard__ReadMark marks[LAN_READ_MARK_MAX_COUNT];
  Lanyard__ReadMark *pointers[LAN_READ_MARK_MAX_COUNT];
  Lanyard__ReadUpTo read = LANYARD__READ_UP_TO__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  LanMessageId id;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, group->marks);
  while (g_hash_table_iter_next (&iter, &key, &value) && read.n_marks < G_N_ELEMENTS (marks)) {
    marks[read.n_marks] = (Lanyard__ReadMark) LANYARD__READ_MARK__INIT;
    marks[read.n_marks].device =
        (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, ((LanDeviceId *) key)->b };
    marks[read.n_marks].seq = *(guint64 *) value;
    marks[read.n_marks].hlc = MIN (group->row.own_read_hlc, LAN_HLC_MAX - 1);
    pointers[read.n_marks] = &marks[read.n_marks];
    read.n_marks++;
  }
  if (read.n_marks > 0 && core->read_receipts && lan_group_we_are_in (core, group) &&
      !lan_group_is_restoring (group) && group->state->members->len <= LAN_GROUP_READERS_MAX) {
    read.marks = pointers;
    content.body_case = LANYARD__CONTENT__BODY_READ_UP_TO;
    content.read_up_to = &read;
    lan_random_bytes (core->random, &id, sizeof id);
    lan_group_write (core, group, &id, LAN_KIND_READ_UP_TO, &content);
  }
  g_hash_table_remove_all (group->marks);
}
