/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Operations on messages: what a message shows as a function of a set, and operations that are forged. */
#include "hand.h"
#include "lan-content.h"
#include "lan-shown.h"
#include "test-core.h"

#include <string.h>

/* --- what a message shows --- */

static LanOperationRow
operation (LanOperationKind kind, guint64 order, guint8 actor, gboolean on, const char *text)
{
  LanOperationRow row = { .kind = kind, .order = order, .on = on, .text = (char *) text };

  row.actor.b[0] = actor;
  row.id.b[0] = (guint8) order;
  row.time_ms = (gint64) order;
  return row;
}

static void
assert_shown (GPtrArray *operations)
{
  g_auto (LanShown) shown = { 0 };
  const LanShownReaction *reaction;

  lan_shown_fold (&shown, LAN_KIND_TEXT, "first", operations);
  g_assert_cmpstr (shown.text, ==, "third");
  g_assert_cmpint (shown.edited_ms, ==, 9);
  g_assert_cmpuint (shown.edits->len, ==, 2);
  g_assert_cmpstr (((LanOperationRow *) shown.edits->pdata[0])->text, ==, "second");
  g_assert_true (shown.pinned);
  g_assert_cmpuint (shown.reactions->len, ==, 2);
  reaction = shown.reactions->pdata[0];
  g_assert_cmpstr (reaction->emoji, ==, "+");
  g_assert_cmpuint (reaction->actors->len, ==, 2);
  g_assert_cmpuint (g_array_index (reaction->actors, LanAccountId, 0).b[0], ==, 2);
}

static void
test_any_order (void)
{
  LanOperationRow rows[] = {
    operation (LAN_OPERATION_EDIT, 5, 1, TRUE, "second"),
    operation (LAN_OPERATION_EDIT, 9, 1, TRUE, "third"),
    operation (LAN_OPERATION_REACTION, 2, 1, TRUE, "+"),
    operation (LAN_OPERATION_REACTION, 3, 2, TRUE, "+"),
    operation (LAN_OPERATION_REACTION, 4, 1, FALSE, "+"),
    operation (LAN_OPERATION_REACTION, 7, 1, TRUE, "+"),
    operation (LAN_OPERATION_REACTION, 8, 2, TRUE, "-"),
    operation (LAN_OPERATION_REACTION, 10, 3, TRUE, "-"),
    operation (LAN_OPERATION_REACTION, 11, 3, FALSE, "-"),
    operation (LAN_OPERATION_PIN, 1, 2, FALSE, NULL),
    operation (LAN_OPERATION_PIN, 6, 1, TRUE, NULL),
    operation ((LanOperationKind) 77, 99, 1, TRUE, "of a newer version"),
  };
  g_autoptr (GPtrArray) operations = g_ptr_array_new ();
  LanSeededRandom random;

  lan_seeded_random_init (&random, 7);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_ptr_array_add (operations, &rows[i]);
    g_ptr_array_add (operations, &rows[i]); /* twice is once */
  }
  for (guint round = 0; round < 200; round++) {
    guint a = lan_random_below (&random.base, operations->len);
    guint b = lan_random_below (&random.base, operations->len);
    gpointer kept = operations->pdata[a];

    operations->pdata[a] = operations->pdata[b];
    operations->pdata[b] = kept;
    assert_shown (operations);
  }
}

static void
test_recalled (void)
{
  LanOperationRow rows[] = {
    operation (LAN_OPERATION_EDIT, 9, 1, TRUE, "later"),
    operation (LAN_OPERATION_RECALL, 2, 1, TRUE, NULL),
    operation (LAN_OPERATION_REACTION, 3, 2, TRUE, "+"),
    operation (LAN_OPERATION_PIN, 4, 2, TRUE, NULL),
  };
  g_autoptr (GPtrArray) operations = g_ptr_array_new ();
  g_auto (LanShown) shown = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (operations, &rows[i]);
  lan_shown_fold (&shown, LAN_KIND_TEXT, "first", operations);
  g_assert_true (shown.recalled);
  g_assert_null (shown.text);
  g_assert_false (shown.pinned);
  g_assert_cmpuint (shown.reactions->len + shown.edits->len, ==, 0);
}

static void
test_bounds (void)
{
  g_autoptr (GPtrArray) operations = lan_operations_new ();
  g_auto (LanShown) shown = { 0 };

  for (guint i = 0; i < 150; i++) {
    LanOperationRow *row = g_new0 (LanOperationRow, 1);

    row->kind = i % 5 != 0 ? LAN_OPERATION_EDIT : LAN_OPERATION_REACTION;
    row->order = i;
    row->id.b[0] = (guint8) i;
    row->on = TRUE;
    row->text = g_strdup_printf ("%u", i);
    g_ptr_array_add (operations, row);
  }
  lan_shown_fold (&shown, LAN_KIND_TEXT, "first", operations);
  g_assert_cmpuint (shown.reactions->len, ==, LAN_SHOWN_REACTIONS_MAX);
  g_assert_cmpuint (shown.edits->len, ==, LAN_SHOWN_EDITS_MAX);
  g_assert_cmpstr (shown.text, ==, "149");
  lan_shown_clear (&shown);
  lan_shown_fold (&shown, LAN_KIND_FILE_OFFER, "a.pdf", operations); /* files have no edits */
  g_assert_cmpstr (shown.text, ==, "a.pdf");
  g_assert_cmpint (shown.edited_ms, ==, 0);
}

/* Names that are on the wire of programs, and comparing by all three parts of a place. */
static void
test_places (void)
{
  LanOperationRow a = operation (LAN_OPERATION_EDIT, 5, 1, TRUE, NULL), b = a;

  g_assert_cmpint (lan_operation_compare (&a, &b), ==, 0);
  b.hash.b[31] = 1;
  g_assert_cmpint (lan_operation_compare (&a, &b), <, 0);
  a.id.b[15] = 1;
  g_assert_cmpint (lan_operation_compare (&a, &b), >, 0);
  b.order++;
  g_assert_cmpint (lan_operation_compare (&a, &b), <, 0);
  g_assert_cmpstr (lan_operation_name (LAN_OPERATION_RECALL), ==, "recall");
  g_assert_cmpstr (lan_operation_name ((LanOperationKind) 9), ==, "");
}

/* --- forged ones --- */

typedef struct {
  GBytes *content;
  gboolean replay; /* the message id of the record before */
} Bend;

static void
bend_to_operation (LanRecordView *view, gpointer data)
{
  const Bend *bend = data;

  view->kind = LAN_KIND_MESSAGE_OP;
  view->content = g_bytes_get_data (bend->content, &view->content_len);
  if (bend->replay)
    view->message.b[0]--;
}

static void
give_op (Hand *hand, guint64 channel, Somebody *bob, const LanAccountId *author,
         Lanyard__MessageOp *op, gboolean replay)
{
  LanContent content = LANYARD__CONTENT__INIT;
  g_autoptr (GBytes) bytes = NULL;
  guint8 target[16] = { 1 };
  Bend bend;

  op->author = (ProtobufCBinaryData){ sizeof author->b, (guint8 *) author->b };
  op->target = (ProtobufCBinaryData){ sizeof target, target };
  content.body_case = LANYARD__CONTENT__BODY_MESSAGE_OP;
  content.message_op = op;
  bytes = lan_content_encode (&content);
  bend = (Bend){ bytes, replay };
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "", bend_to_operation, &bend));
}

static void
test_forged (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel = hand_meet (hand, bob);
  Lanyard__EditOp edit = LANYARD__EDIT_OP__INIT;
  Lanyard__RecallOp recall = LANYARD__RECALL_OP__INIT;
  Lanyard__ReactionOp reaction = LANYARD__REACTION_OP__INIT;
  Lanyard__PinOp pin = LANYARD__PIN_OP__INIT;
  Lanyard__MessageOp op = LANYARD__MESSAGE_OP__INIT;

  edit.text = (char *) "I owe Bob a thousand";
  op.op_case = LANYARD__MESSAGE_OP__OP_EDIT;
  op.edit = &edit;
  give_op (hand, channel, bob, id_of (hand->self), &op, FALSE); /* my message, his words */
  op.op_case = LANYARD__MESSAGE_OP__OP_RECALL;
  op.recall = &recall;
  give_op (hand, channel, bob, id_of (hand->self), &op, FALSE);
  op.op_case = LANYARD__MESSAGE_OP__OP__NOT_SET; /* of a newer version */
  give_op (hand, channel, bob, id_of (bob), &op, FALSE);
  g_assert_cmpuint (hand->n[LAN_CORE_OPERATION], ==, 0);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 0);
  g_assert_cmpuint (hand->rows->len, ==, 3); /* kept, confirmed and passed on all the same */
  op.op_case = LANYARD__MESSAGE_OP__OP_EDIT;
  op.edit = &edit;
  give_op (hand, channel, bob, id_of (bob), &op, FALSE);
  give_op (hand, channel, bob, id_of (bob), &op, TRUE);
  op.op_case = LANYARD__MESSAGE_OP__OP_REACTION;
  op.reaction = &reaction;
  reaction.emoji = (char *) "\xf0\x9f\x91\x8d";
  give_op (hand, channel, bob, id_of (hand->self), &op, FALSE);
  op.op_case = LANYARD__MESSAGE_OP__OP_PIN;
  op.pin = &pin;
  give_op (hand, channel, bob, id_of (hand->self), &op, FALSE);
  g_assert_cmpuint (hand->n[LAN_CORE_OPERATION], ==, 4);
  g_assert_cmpuint (lan_core_get_counters (hand->core)->records_refused, ==, 0);
  op.op_case = LANYARD__MESSAGE_OP__OP_REACTION;
  op.reaction = &reaction;
  reaction.emoji = (char *) "words";
  give_op (hand, channel, bob, id_of (hand->self), &op, FALSE);
  g_assert_cmpuint (lan_core_get_counters (hand->core)->records_refused, ==, 1);
  somebody_free (bob);
  hand_free (hand);
}

static LanStatus
try_operate (Hand *hand, const Somebody *to, const LanAccountId *author, LanOperationKind kind,
             const char *text)
{
  LanOperationRow op = { .author = *author, .kind = kind, .on = TRUE, .text = (char *) text };
  LanMessageId id = { { 9 } };
  static guint8 n;

  op.target.b[0] = 1;
  id.b[1] = ++n;
  return lan_core_operate (hand->core, id_of (to), &id, &op, &hand->now);
}

/* What one may not do oneself; and what could not be kept is told. */
static void
test_own (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  const LanAccountId *me = id_of (hand->self);

  hand_meet (hand, bob);
  g_assert_cmpint (try_operate (hand, bob, id_of (bob), LAN_OPERATION_EDIT, "x"), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (try_operate (hand, bob, id_of (bob), LAN_OPERATION_RECALL, NULL), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (try_operate (hand, bob, me, LAN_OPERATION_EDIT, ""), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (try_operate (hand, bob, me, LAN_OPERATION_REACTION, "no emoji"), ==,
                   LAN_STATUS_MALFORMED);
  g_assert_cmpint (try_operate (hand, bob, me, LAN_OPERATION_NONE, NULL), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (try_operate (hand, hand->self, me, LAN_OPERATION_PIN, NULL), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (try_operate (hand, bob, me, LAN_OPERATION_EDIT, "x"), ==, LAN_STATUS_OK);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_OPERATION], ==, 1);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 0);
  hand->hold_commits = TRUE;
  g_assert_cmpint (try_operate (hand, bob, me, LAN_OPERATION_PIN, NULL), ==, LAN_STATUS_OK);
  hand_drain (hand);
  lan_core_committed (hand->core, hand->held_batch, FALSE, &hand->now);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_OPERATION], ==, 1);
  g_assert_cmpuint (hand->n[LAN_CORE_SEND_FAILED], ==, 1);
  somebody_free (bob);
  hand_free (hand);
}

void
add_operate_tests (void)
{
  g_test_add_func ("/core/operate/any-order", test_any_order);
  g_test_add_func ("/core/operate/recalled", test_recalled);
  g_test_add_func ("/core/operate/bounds", test_bounds);
  g_test_add_func ("/core/operate/places", test_places);
  g_test_add_func ("/core/operate/forged", test_forged);
  g_test_add_func ("/core/operate/own", test_own);
}
