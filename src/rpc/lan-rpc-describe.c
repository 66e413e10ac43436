/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Public objects as JSON.
 */
#include "lan-rpc-methods-private.h"

JsonObject *
lan_rpc_describe_person (LanPerson *person)
{
  JsonObject *o = json_object_new ();
  LanPerson *other;

  json_object_set_string_member (o, "id", lan_person_get_id (person));
  json_object_set_string_member (o, "name", lan_person_get_name (person));
  json_object_set_string_member (o, "trust", lan_person_trust_name (lan_person_get_trust (person)));
  json_object_set_boolean_member (o, "online", lan_person_get_online (person));
  json_object_set_string_member (o, "presence",
                                 lan_person_presence_name (lan_person_get_presence (person)));
  json_object_set_string_member (o, "status", lan_person_get_status_text (person));
  json_object_set_boolean_member (o, "accepted", lan_person_get_accepted (person));
  json_object_set_boolean_member (o, "blocked", lan_person_get_blocked (person));
  json_object_set_boolean_member (o, "request", lan_person_get_request (person));
  json_object_set_string_member (o, "path", lan_person_get_path (person));
  if (lan_person_get_level (person) > 0) {
    json_object_set_string_member (o, "login", lan_person_get_login (person));
    json_object_set_string_member (o, "title", lan_person_get_title (person));
    json_object_set_string_member (o, "department", lan_person_get_department (person));
    json_object_set_int_member (o, "level", lan_person_get_level (person));
  }
  if (*lan_person_get_standing (person) != '\0')
    json_object_set_string_member (o, "standing", lan_person_get_standing (person));
  other = lan_person_get_claims_place_of (person);
  if (other != NULL)
    json_object_set_string_member (o, "claims", lan_person_get_id (other));
  other = lan_person_get_merged_into (person);
  if (other != NULL)
    json_object_set_string_member (o, "merged", lan_person_get_id (other));
  return o;
}

const char *
lan_rpc_message_state (LanMessage *message)
{
  LanMessageStatus status = lan_message_get_status (message);

  return status == LAN_MESSAGE_STATUS_SENDING ? "queued" : lan_message_status_name (status);
}

static JsonArray *
describe_reactions (GPtrArray *reactions)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < reactions->len; i++) {
    LanReaction *reaction = g_ptr_array_index (reactions, i);
    JsonObject *o = json_object_new ();

    json_object_set_string_member (o, "emoji", lan_reaction_get_emoji (reaction));
    json_object_set_int_member (o, "count", lan_reaction_get_count (reaction));
    json_object_set_boolean_member (o, "own", lan_reaction_get_own (reaction));
    json_object_set_array_member (o, "people",
                                  lan_rpc_string_array (lan_reaction_get_people (reaction)));
    json_array_add_object_element (array, o);
  }
  return array;
}

static JsonObject *
describe_quote (LanMessage *message)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_message_get_quote_id (message));
  json_object_set_string_member (o, "text", lan_message_get_quote_text (message));
  if (lan_message_get_quote_author (message) != NULL)
    json_object_set_string_member (o, "from",
                                   lan_person_get_id (lan_message_get_quote_author (message)));
  return o;
}

/* What its author put beside it, and what was said about it. */
static void
describe_shown (JsonObject *o, LanMessage *message)
{
  static const struct {
    const char *name;
    gboolean (*get) (LanMessage *);
  } flags[] = { { "recalled", lan_message_get_recalled },
                { "pinned", lan_message_get_pinned },
                { "urgent", lan_message_get_urgent },
                { "mentions_me", lan_message_get_mentions_me } };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++) {
    if (flags[i].get (message))
      json_object_set_boolean_member (o, flags[i].name, TRUE);
  }
  if (lan_message_get_edited_time (message) != 0)
    json_object_set_int_member (o, "edited", lan_message_get_edited_time (message));
  if (lan_message_get_reactions (message)->len > 0)
    json_object_set_array_member (o, "reactions",
                                  describe_reactions (lan_message_get_reactions (message)));
  if (lan_message_get_quote_id (message) != NULL)
    json_object_set_object_member (o, "quote", describe_quote (message));
  if (lan_message_get_imported_from (message) != NULL)
    json_object_set_string_member (o, "imported", lan_message_get_imported_from (message));
  if (lan_message_get_forwarded_from (message) != NULL)
    json_object_set_string_member (o, "forwarded", lan_message_get_forwarded_from (message));
}

/* What was done to a group. */
static void
describe_event (JsonObject *o, LanMessage *message)
{
  GPtrArray *people = lan_message_get_event_people (message);
  JsonArray *array = json_array_new ();

  json_object_set_string_member (o, "kind", "event");
  json_object_set_string_member (o, "event",
                                 lan_group_event_name (lan_message_get_event (message)));
  for (guint i = 0; i < people->len; i++)
    json_array_add_string_element (array, lan_person_get_id (g_ptr_array_index (people, i)));
  json_object_set_array_member (o, "people", array);
  if (lan_message_get_event (message) == LAN_GROUP_EVENT_ROLE)
    json_object_set_string_member (
        o, "role",
        lan_group_chat_role_name ((LanGroupChatRole) lan_message_get_event_role (message)));
}

JsonObject *
lan_rpc_describe_messages (GPtrArray *messages)
{
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < messages->len; i++)
    json_array_add_object_element (array,
                                   lan_rpc_describe_message (g_ptr_array_index (messages, i)));
  json_object_set_array_member (o, "messages", array);
  return o;
}

static void
describe_call_record (JsonObject *o, LanMessage *message)
{
  json_object_set_string_member (o, "kind", "call");
  json_object_set_string_member (o, "outcome",
                                 lan_call_outcome_name (lan_message_get_call_outcome (message)));
  json_object_set_int_member (o, "duration", lan_message_get_call_duration (message));
}

static void
describe_note (JsonObject *o, LanMessage *message)
{
  GBytes *peaks = lan_message_get_note_peaks (message);
  JsonArray *array = json_array_new ();
  gsize n = 0;
  const guint8 *data = peaks != NULL ? g_bytes_get_data (peaks, &n) : NULL;

  for (gsize i = 0; i < n; i++)
    json_array_add_int_element (array, data[i]);
  json_object_set_string_member (o, "kind", "note");
  json_object_set_int_member (o, "duration", lan_message_get_note_duration (message));
  json_object_set_array_member (o, "peaks", array);
}

static void
describe_sticker (JsonObject *o, LanMessage *message)
{
  json_object_set_string_member (o, "kind", "sticker");
  json_object_set_int_member (o, "width", lan_message_get_sticker_width (message));
  json_object_set_int_member (o, "height", lan_message_get_sticker_height (message));
  if (lan_message_get_sticker_set (message) != NULL)
    json_object_set_string_member (o, "set", lan_message_get_sticker_set (message));
  if (lan_message_get_sticker_offered (message))
    json_object_set_boolean_member (o, "offered", TRUE);
}

JsonObject *
lan_rpc_describe_message (LanMessage *message)
{
  JsonObject *o = json_object_new ();
  LanTransfer *transfer = lan_message_get_transfer (message);

  json_object_set_string_member (o, "id", lan_message_get_id (message));
  json_object_set_string_member (o, "from", lan_person_get_id (lan_message_get_author (message)));
  json_object_set_string_member (o, "text", lan_message_get_text (message));
  json_object_set_int_member (o, "time", lan_message_get_time (message));
  json_object_set_string_member (o, "state", lan_rpc_message_state (message));
  if (lan_message_get_carrier (message) != NULL)
    json_object_set_string_member (o, "carrier", lan_message_get_carrier (message));
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_FILE)
    json_object_set_string_member (o, "kind", "file");
  else if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_UNKNOWN)
    json_object_set_string_member (o, "kind", "unknown");
  else if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_EVENT)
    describe_event (o, message);
  else if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL)
    describe_call_record (o, message);
  else if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE)
    describe_note (o, message);
  else if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER)
    describe_sticker (o, message);
  if (lan_person_get_group (lan_message_get_peer (message)) != NULL)
    json_object_set_string_member (o, "group", lan_person_get_id (lan_message_get_peer (message)));
  if (transfer != NULL)
    json_object_set_object_member (o, "file", lan_rpc_describe_transfer (transfer));
  describe_shown (o, message);
  if (lan_message_get_sent_again (message))
    json_object_set_boolean_member (o, "again", TRUE);
  if (lan_message_get_request (message))
    json_object_set_boolean_member (o, "request", TRUE);
  return o;
}

void
lan_rpc_describe_left_out (JsonObject *o, guint links, guint others)
{
  JsonObject *left_out;

  if (links == 0 && others == 0)
    return;
  left_out = json_object_new ();
  json_object_set_int_member (left_out, "links", links);
  json_object_set_int_member (left_out, "others", others);
  json_object_set_object_member (o, "left_out", left_out);
}

JsonObject *
lan_rpc_describe_transfer (LanTransfer *transfer)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_transfer_get_id (transfer));
  json_object_set_string_member (o, "name", lan_transfer_get_name (transfer));
  json_object_set_int_member (o, "size", (gint64) lan_transfer_get_size (transfer));
  json_object_set_int_member (o, "done", (gint64) lan_transfer_get_done (transfer));
  json_object_set_string_member (o, "state",
                                 lan_transfer_status_name (lan_transfer_get_status (transfer)));
  json_object_set_boolean_member (o, "incoming", lan_transfer_get_incoming (transfer));
  if (lan_transfer_get_folder (transfer)) {
    json_object_set_boolean_member (o, "folder", TRUE);
    json_object_set_int_member (o, "files", lan_transfer_get_files (transfer));
    lan_rpc_describe_left_out (o, lan_transfer_get_left_links (transfer),
                               lan_transfer_get_left_others (transfer));
  }
  if (lan_transfer_get_members (transfer) > 0) {
    json_object_set_int_member (o, "members", lan_transfer_get_members (transfer));
    json_object_set_int_member (o, "fetched", lan_transfer_get_fetched (transfer));
  }
  if (lan_transfer_get_left (transfer) != LAN_TRANSFER_LEFT_NONE)
    json_object_set_string_member (o, "at_server",
                                   lan_transfer_left_name (lan_transfer_get_left (transfer)));
  if (lan_transfer_get_paused (transfer))
    json_object_set_boolean_member (o, "paused", TRUE);
  if (lan_transfer_get_rate (transfer) > 0) {
    json_object_set_int_member (o, "rate", (gint64) lan_transfer_get_rate (transfer));
    json_object_set_int_member (o, "left", lan_transfer_get_eta (transfer));
  }
  if (lan_transfer_get_path (transfer) != NULL)
    json_object_set_string_member (o, "path", lan_transfer_get_path (transfer));
  return o;
}

JsonObject *
lan_rpc_describe_server (LanServer *server)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "state",
                                 lan_server_status_name (lan_server_get_status (server)));
  json_object_set_string_member (o, "name", lan_server_get_name (server));
  json_object_set_string_member (o, "address", lan_server_get_address (server));
  json_object_set_string_member (o, "login", lan_server_get_login (server));
  json_object_set_boolean_member (o, "relay", lan_server_get_has_relay (server));
  if (*lan_server_get_error_code (server) != '\0') {
    json_object_set_string_member (o, "code", lan_server_get_error_code (server));
    json_object_set_string_member (o, "text", lan_server_get_error_text (server));
  }
  if (*lan_server_get_warning_code (server) != '\0') {
    json_object_set_string_member (o, "warning", lan_server_get_warning_code (server));
    json_object_set_string_member (o, "warning_text", lan_server_get_warning_text (server));
  }
  return o;
}
