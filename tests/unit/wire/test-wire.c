/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-content.h"
#include "lan-frame.h"
#include "lan-record.h"
#include "lan-text.h"

#include <string.h>

static LanStatus
decode (GBytes *bytes, LanFrame **frame)
{
  return lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), frame);
}

/* SECURITY section 10, T2: each type over each carrier at each stage, only listed ones pass. */
static void
test_allowed (void)
{
  const struct {
    LanFrameType type;
    const char *expect; /* carrier-major: lane, link, files; unidentified, stranger, accepted */
  } table[] = {
    { LAN_FRAME_UNKNOWN, "111111111" },
    { LAN_FRAME_IDENTITY, "111111000" },
    { LAN_FRAME_VECTOR, "011011000" },
    { LAN_FRAME_RECORDS, "011011000" },
    { LAN_FRAME_FETCH, "011011000" },
    { LAN_FRAME_PRESENCE, "001001000" },
    { LAN_FRAME_TYPING, "001001000" },
    { LAN_FRAME_CONTACT_ACCEPT, "011011000" },
    { LAN_FRAME_LINK_SIGNAL, "011011000" },
    { LAN_FRAME_FILE_HASHES_REQUEST, "011011011" },
    { LAN_FRAME_FILE_HASHES, "011011011" },
    { LAN_FRAME_FILE_REQUEST, "011011011" },
    { LAN_FRAME_FILE_BLOCK, "000011011" },
    { LAN_FRAME_FILE_STATE, "011011011" },
    { LAN_FRAME_PING, "111111000" },
    { LAN_FRAME_PONG, "111111000" },
    { LAN_FRAME_CLOSE, "111111000" },
    { LAN_FRAME_FILE_MANIFEST_REQUEST, "011011011" },
    { LAN_FRAME_FILE_MANIFEST, "011011011" },
    { LAN_FRAME_FILE_HAVE, "011011011" },
    { LAN_FRAME_BULK_OPEN, "011011000" },
    { LAN_FRAME_GROUP_VECTOR, "011011000" },
    { LAN_FRAME_GROUP_FETCH, "011011000" },
    { LAN_FRAME_GROUP_KEYS_WANTED, "011011000" },
    { LAN_FRAME_GROUP_KEYS, "011011000" },
    { LAN_FRAME_GROUP_NOTICE, "011011000" },
    { LAN_FRAME_SHARE_ROSTER, "001001000" },
    { LAN_FRAME_SHARE_HEAD, "001001000" },
    { LAN_FRAME_SHARE_PAGES_WANTED, "001001000" },
    { LAN_FRAME_SHARE_PAGE, "001001000" },
    { LAN_FRAME_SHARE_WANT, "001001000" },
    { LAN_FRAME_SHARE_ANSWER, "001001001" },
    { LAN_FRAME_CALL_SIGNAL, "001001000" },
    { LAN_FRAME_CARRY_HELLO, "001001000" },
    { LAN_FRAME_CARRY_PUT, "001001000" },
    { LAN_FRAME_CARRY_RESULT, "001001000" },
    { LAN_FRAME_CARRY_LIST, "001001000" },
    { LAN_FRAME_CARRY_FETCH, "001001000" },
    { LAN_FRAME_CARRY_MAIL, "001001000" },
    { LAN_FRAME_CARRY_ACK, "001001000" },
    { LAN_FRAME_CARRY_RECEIPT, "001001000" },
    { LAN_FRAME_CARRY_DROP, "001001000" },
  };
  guint named = 0;

  for (guint type = 0; type < LAN_FRAME_TYPE_N; type++)
    named += type == 0 || g_strcmp0 (lan_frame_type_name ((LanFrameType) type), "unknown") != 0;
  g_assert_cmpuint (G_N_ELEMENTS (table), ==, named);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    for (guint carrier = 0; carrier < LAN_CARRIER_N; carrier++) {
      for (guint stage = 0; stage < LAN_STAGE_N; stage++)
        g_assert_cmpint (lan_frame_allowed (table[i].type, (LanCarrier) carrier, (LanStage) stage),
                         ==, table[i].expect[carrier * LAN_STAGE_N + stage] == '1');
    }
    g_assert_cmpstr (lan_frame_type_name (table[i].type), !=, "");
  }
  g_assert_false (lan_frame_allowed (LAN_FRAME_TYPE_N, LAN_CARRIER_LANE, LAN_STAGE_ACCEPTED));
  g_assert_false (lan_frame_allowed (LAN_FRAME_PING, LAN_CARRIER_N, LAN_STAGE_ACCEPTED));
  g_assert_false (lan_frame_allowed (LAN_FRAME_PING, LAN_CARRIER_LANE, LAN_STAGE_N));
  g_assert_cmpstr (lan_frame_type_name ((LanFrameType) 99), ==, "unknown");
}

static GBytes *
make_block (gsize len)
{
  g_autofree guint8 *data = g_malloc0 (len + 1);
  guint8 offer[16] = { 1 };
  Lanyard__FileBlock block = LANYARD__FILE_BLOCK__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  block.offer = (ProtobufCBinaryData){ sizeof offer, offer };
  block.data = (ProtobufCBinaryData){ len, data };
  frame.body_case = LANYARD__FRAME__BODY_FILE_BLOCK;
  frame.file_block = &block;
  return lan_frame_encode (&frame);
}

/* T3: lengths around each maximum, and frames cut at every byte. */
static void
test_sizes (void)
{
  g_autofree guint8 *big = g_malloc0 (LAN_FRAME_MAX_BYTES + 1);
  g_autoptr (GBytes) most = make_block (LAN_BLOCK_MAX_BYTES);
  g_autoptr (GBytes) over = make_block (LAN_BLOCK_MAX_BYTES + 1);
  g_autoptr (GBytes) small = make_block (20);
  g_autoptr (LanFrame) frame = NULL;
  gsize len;
  const guint8 *data = g_bytes_get_data (small, &len);

  g_assert_cmpint (lan_frame_decode (big, LAN_FRAME_MAX_BYTES + 1, &frame), ==,
                   LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_frame_decode (big, LAN_FRAME_MAX_BYTES, &frame), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode (over, &frame), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (decode (most, &frame), ==, LAN_STATUS_OK);
  for (gsize cut = 1; cut < len; cut++) {
    g_autofree guint8 *copy = g_memdup2 (data, cut);
    LanFrame *part = NULL;

    g_assert_cmpint (lan_frame_decode (copy, cut, &part), ==, LAN_STATUS_MALFORMED);
    g_assert_null (part);
  }
}

/* A frame of 65,000 bytes that asks for thirty thousand list entries gets none. */
static void
test_memory (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 entry[] = { 0x0a, 0x00 }; /* Records.records, empty */
  const guint n = 30000;
  const guint8 head[] = { 0x1a, 0xe0, 0xd4, 0x03 }; /* records, 60,000 bytes */
  LanFrame *frame = NULL;

  g_byte_array_append (bytes, head, sizeof head);
  for (guint i = 0; i < n; i++)
    g_byte_array_append (bytes, entry, sizeof entry);
  g_assert_cmpint (lan_frame_decode (bytes->data, bytes->len, &frame), ==, LAN_STATUS_MALFORMED);
  g_assert_null (frame);
}

/* What a newer version adds is ignored, kept, and told apart by the quick look as well. */
static void
test_newer (void)
{
  const guint8 newer[] = { 0xda, 0x06, 0x03, 'a', 'b', 'c' };            /* field 107 */
  const guint8 extended[] = { 0x72, 0x05, 0x08, 0x07, 0x7a, 0x01, 'x' }; /* Ping with field 15 */
  g_autoptr (LanFrame) frame = NULL;
  g_autoptr (LanFrame) ping = NULL;
  g_autoptr (GBytes) bytes = NULL;
  LanFrame *empty = NULL;

  g_assert_cmpint (lan_frame_decode (newer, sizeof newer, &frame), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_frame_type (frame), ==, LAN_FRAME_UNKNOWN);
  g_assert_cmpint (lan_frame_peek_type (newer, sizeof newer), ==, LAN_FRAME_UNKNOWN);
  bytes = lan_frame_encode (frame);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), newer, sizeof newer);
  g_clear_pointer (&bytes, g_bytes_unref);
  g_assert_cmpint (lan_frame_decode (extended, sizeof extended, &ping), ==, LAN_STATUS_OK);
  g_assert_cmpuint (ping->ping->token, ==, 7);
  bytes = lan_frame_encode (ping);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), extended,
                   sizeof extended);
  g_assert_cmpint (lan_frame_decode (newer, 0, &empty), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_frame_type (empty), ==, LAN_FRAME_UNKNOWN);
  lan_frame_free (empty);
  lan_frame_free (NULL);
}

static void
fill_record (LanRecordView *view, const guint8 *content, gsize len)
{
  *view = (LanRecordView){ .seq = 2, .hlc = 5, .kind = LAN_KIND_TEXT };
  memset (view->conversation.b, 1, sizeof view->conversation.b);
  memset (view->device.b, 2, sizeof view->device.b);
  memset (view->previous.b, 3, sizeof view->previous.b);
  memset (view->message.b, 4, sizeof view->message.b);
  view->content = content;
  view->content_len = len;
}

static void
test_record (void)
{
  guint8 out[LAN_RECORD_HEAD_BYTES + 5 + LAN_RECORD_SIGNATURE_BYTES];
  LanRecordView view, got;
  gsize len;

  fill_record (&view, (const guint8 *) "hello", 5);
  len = lan_record_encode (&view, out, sizeof out);
  g_assert_cmpuint (len, ==, LAN_RECORD_HEAD_BYTES + 5);
  memset (out + len, 9, LAN_RECORD_SIGNATURE_BYTES);
  g_assert_cmpint (lan_record_decode (out, sizeof out, &got), ==, LAN_STATUS_OK);
  g_assert_cmpuint (got.seq, ==, 2);
  g_assert_cmpuint (got.signed_len, ==, len);
  g_assert_true (got.signature == out + len);
  g_assert_cmpmem (got.content, got.content_len, "hello", 5);
  /* The layout, by hand: DESIGN section 5. */
  g_assert_cmpuint (out[16], ==, 2);
  g_assert_cmpuint (out[24], ==, 2);
  g_assert_cmpuint (out[32], ==, 3);
  g_assert_cmpuint (out[64], ==, 4);
  g_assert_cmpuint (out[80], ==, 5);
  g_assert_cmpuint (out[88], ==, LAN_KIND_TEXT);
  g_assert_cmpuint (out[90], ==, 5);
  for (gsize cut = 0; cut < sizeof out; cut++) {
    g_autofree guint8 *copy = g_memdup2 (out, MAX (cut, 1));

    g_assert_cmpint (lan_record_decode (copy, cut, &got), ==, LAN_STATUS_TRUNCATED);
  }
  g_assert_cmpuint (lan_record_encode (&view, out, LAN_RECORD_HEAD_BYTES), ==, 0);
}

static void
test_record_rules (void)
{
  g_autofree guint8 *big = g_malloc0 (LAN_RECORD_MAX_BYTES + 1);
  g_autofree guint8 *most = g_malloc (LAN_RECORD_MAX_BYTES);
  guint8 out[LAN_RECORD_HEAD_BYTES + LAN_RECORD_SIGNATURE_BYTES + 1] = { 0 };
  const gsize len = sizeof out - 1;
  LanRecordView view, got;

#define REFUSED(change)                                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    fill_record (&view, NULL, 0);                                                                  \
    change;                                                                                        \
    g_assert_cmpuint (lan_record_encode (&view, out, len), >, 0);                                  \
    g_assert_cmpint (lan_record_decode (out, len, &got), ==, LAN_STATUS_MALFORMED);                \
  }                                                                                                \
  G_STMT_END
  REFUSED (view.seq = 0);
  REFUSED (view.seq = 1);
  REFUSED (memset (&view.previous, 0, sizeof view.previous));
  REFUSED (view.kind = 0);
  REFUSED (view.hlc = LAN_HLC_MAX);
  REFUSED (memset (&view.device, 0, sizeof view.device));
  REFUSED (memset (&view.message, 0, sizeof view.message));
  REFUSED (memset (&view.conversation, 0, sizeof view.conversation));
  fill_record (&view, NULL, 0);
  g_assert_cmpuint (lan_record_encode (&view, out, len), >, 0);
  g_assert_cmpint (lan_record_decode (out, len + 1, &got), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_record_decode (big, LAN_RECORD_MAX_BYTES + 1, &got), ==,
                   LAN_STATUS_OVERSIZED);
  view.content = big;
  view.content_len = LAN_RECORD_MAX_CONTENT;
  g_assert_cmpuint (lan_record_encode (&view, most, LAN_RECORD_MAX_BYTES), >, 0);
  view.content_len = LAN_RECORD_MAX_CONTENT + 1;
  g_assert_cmpuint (lan_record_encode (&view, most, LAN_RECORD_MAX_BYTES), ==, 0);
}

static LanStatus
try_content (guint32 kind, const LanContent *content)
{
  g_autoptr (GBytes) bytes = lan_content_encode (content);
  LanContent *got = NULL;
  LanStatus status =
      lan_content_decode (kind, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &got);

  lan_content_free (got);
  return status;
}

static void
test_content_text (void)
{
  g_autofree char *most = g_strnfill (LAN_TEXT_MAX_BYTES, 'x');
  g_autofree char *over = g_strnfill (LAN_TEXT_MAX_BYTES + 1, 'x');
  Lanyard__Text text = LANYARD__TEXT__INIT;
  LanContent content = LANYARD__CONTENT__INIT;

  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &text;
  text.text = most;
  g_assert_cmpint (try_content (LAN_KIND_TEXT, &content), ==, LAN_STATUS_OK);
  text.text = over;
  g_assert_cmpint (try_content (LAN_KIND_TEXT, &content), ==, LAN_STATUS_MALFORMED);
  text.text = (char *) "\xff\xfe";
  g_assert_cmpint (try_content (LAN_KIND_TEXT, &content), ==, LAN_STATUS_MALFORMED);
  text.text = (char *) "ok";
  content.order = LAN_HLC_MAX;
  g_assert_cmpint (try_content (LAN_KIND_TEXT, &content), ==, LAN_STATUS_MALFORMED);
  content.order = 0;
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (try_content (LAN_KIND_READ_UP_TO, &content), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (try_content (700, &content), ==, LAN_STATUS_OK);
  g_assert_true (lan_kind_is_visible (LAN_KIND_TEXT));
  g_assert_true (lan_kind_is_visible (700));
  g_assert_false (lan_kind_is_visible (LAN_KIND_READ_UP_TO));
}

/* What stands beside a text. */
static void
test_content_beside (void)
{
  guint8 id[33] = { 1 };
  g_autofree char *most = g_strnfill (LAN_EXCERPT_MAX_BYTES, 'x');
  g_autofree char *over = g_strnfill (LAN_EXCERPT_MAX_BYTES + 1, 'x');
  Lanyard__Text text = LANYARD__TEXT__INIT;
  Lanyard__Quote quote = LANYARD__QUOTE__INIT;
  Lanyard__Forwarded forwarded = LANYARD__FORWARDED__INIT;
  Lanyard__Mention mention = LANYARD__MENTION__INIT;
  Lanyard__Mention *mentions[LAN_MENTION_MAX_COUNT + 1];
  LanContent content = LANYARD__CONTENT__INIT;

#define BESIDE(status)                                                                             \
  g_assert_cmpint (try_content (LAN_KIND_TEXT, &content), ==, LAN_STATUS_##status)
  for (gsize i = 0; i < G_N_ELEMENTS (mentions); i++)
    mentions[i] = &mention;
  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &text;
  text.text = (char *) "yes";
  content.quote = &quote;
  quote.author = (ProtobufCBinaryData){ 32, id };
  quote.message = (ProtobufCBinaryData){ 16, id };
  quote.excerpt = most;
  content.forwarded = &forwarded;
  forwarded.name = (char *) "Li Wei";
  content.mentions = mentions;
  content.n_mentions = LAN_MENTION_MAX_COUNT;
  BESIDE (OK);
  quote.excerpt = over;
  BESIDE (MALFORMED);
  quote.excerpt = most;
  quote.author.len = 33;
  BESIDE (MALFORMED);
  quote.author.len = 32;
  quote.message.len = 15;
  BESIDE (MALFORMED);
  quote.message.len = 16;
  forwarded.author = (ProtobufCBinaryData){ 31, id };
  BESIDE (MALFORMED);
  forwarded.author.len = 32;
  BESIDE (OK);
  forwarded.name = most;
  BESIDE (MALFORMED);
  forwarded.name = (char *) "";
  content.n_mentions++;
  BESIDE (MALFORMED);
  content.n_mentions = 1;
  mention.account = (ProtobufCBinaryData){ 4, id };
  BESIDE (MALFORMED);
  mention.account.len = 32;
  BESIDE (OK);
#undef BESIDE
}

static void
test_content_op (void)
{
  static const char *const good[] = { "\xf0\x9f\x91\x8d", "\xe2\x9d\xa4\xef\xb8\x8f",
                                      "1\xef\xb8\x8f\xe2\x83\xa3",
                                      "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb" };
  static const char *const bad[] = { "",   "ok",           " ",           "\xf0\x9f\x91\x8d x",
                                     "\n", "\xe2\x80\xae", "\xe4\xbd\xa0" };
  g_autofree char *over = g_strnfill (LAN_EMOJI_MAX_BYTES + 1, '!');
  guint8 id[33] = { 1 };
  Lanyard__EditOp edit = LANYARD__EDIT_OP__INIT;
  Lanyard__ReactionOp reaction = LANYARD__REACTION_OP__INIT;
  Lanyard__MessageOp op = LANYARD__MESSAGE_OP__INIT;
  LanContent content = LANYARD__CONTENT__INIT;

#define OP(status)                                                                                 \
  g_assert_cmpint (try_content (LAN_KIND_MESSAGE_OP, &content), ==, LAN_STATUS_##status)
  content.body_case = LANYARD__CONTENT__BODY_MESSAGE_OP;
  content.message_op = &op;
  op.author = (ProtobufCBinaryData){ 32, id };
  op.target = (ProtobufCBinaryData){ 16, id };
  OP (OK); /* of a newer version */
  op.op_case = LANYARD__MESSAGE_OP__OP_EDIT;
  op.edit = &edit;
  OP (MALFORMED);
  edit.text = (char *) "better";
  OP (OK);
  op.target.len = 17;
  OP (MALFORMED);
  op.target.len = 16;
  op.author.len = 0;
  OP (MALFORMED);
  op.author.len = 32;
  op.op_case = LANYARD__MESSAGE_OP__OP_REACTION;
  op.reaction = &reaction;
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    reaction.emoji = (char *) good[i];
    OP (OK);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    reaction.emoji = (char *) bad[i];
    OP (MALFORMED);
  }
  reaction.emoji = over;
  OP (MALFORMED);
#undef OP
  g_assert_cmpint (try_content (LAN_KIND_TEXT, &content), ==, LAN_STATUS_MALFORMED);
  g_assert_false (lan_kind_is_visible (LAN_KIND_MESSAGE_OP));
  g_assert_true (lan_kind_has_state (LAN_KIND_MESSAGE_OP));
  g_assert_true (lan_kind_has_state (LAN_KIND_TEXT));
  g_assert_false (lan_kind_has_state (LAN_KIND_READ_UP_TO));
  g_assert_false (lan_kind_is_known (700));
}

static void
test_content_offer (void)
{
  g_autofree char *long_name = g_strnfill (LAN_FILE_NAME_MAX_BYTES + 1, 'n');
  guint8 root[33] = { 1 };
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  LanContent content = LANYARD__CONTENT__INIT;

  content.body_case = LANYARD__CONTENT__BODY_FILE_OFFER;
  content.file_offer = &offer;
  offer.name = (char *) "plan.pdf";
  offer.size = LAN_FILE_MAX_BYTES;
  offer.root = (ProtobufCBinaryData){ 32, root };
  offer.leaf_size = LAN_FILE_LEAF_BYTES;
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_OK);
  offer.size++;
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
  offer.size = G_MAXUINT64; /* T34 */
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
  offer.size = 0;
  offer.root.len = 33;
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
  offer.root.len = 32;
  offer.leaf_size = 1;
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
  offer.leaf_size = LAN_FILE_LEAF_BYTES;
  offer.name = long_name;
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
  offer.name = (char *) "";
  g_assert_cmpint (try_content (LAN_KIND_FILE_OFFER, &content), ==, LAN_STATUS_MALFORMED);
}

/* A body cannot smuggle a deeper one: no message type contains itself. */
static gboolean
reaches (const ProtobufCMessageDescriptor *from, const ProtobufCMessageDescriptor *target,
         guint depth)
{
  g_assert_cmpuint (depth, <, 16);
  for (unsigned i = 0; i < from->n_fields; i++) {
    const ProtobufCMessageDescriptor *to = from->fields[i].descriptor;

    if (from->fields[i].type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    if (to == target || reaches (to, target, depth + 1))
      return TRUE;
  }
  return FALSE;
}

static void
test_no_recursion (void)
{
  g_assert_false (reaches (&lanyard__frame__descriptor, &lanyard__frame__descriptor, 0));
  g_assert_false (reaches (&lanyard__content__descriptor, &lanyard__content__descriptor, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/frame/allowed-T2", test_allowed);
  g_test_add_func ("/wire/frame/sizes-T3", test_sizes);
  g_test_add_func ("/wire/frame/memory", test_memory);
  g_test_add_func ("/wire/frame/newer-version", test_newer);
  g_test_add_func ("/wire/frame/no-recursion", test_no_recursion);
  g_test_add_func ("/wire/record/layout", test_record);
  g_test_add_func ("/wire/record/rules", test_record_rules);
  g_test_add_func ("/wire/content/text", test_content_text);
  g_test_add_func ("/wire/content-beside", test_content_beside);
  g_test_add_func ("/wire/content-op", test_content_op);
  g_test_add_func ("/wire/content/offer", test_content_offer);
  return g_test_run ();
}
