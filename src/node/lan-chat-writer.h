/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A chat as text for a file: JSON, and a page of HTML that needs nothing else and runs nothing. Everything
 * that came from others is escaped. The page ends with the JSON, so that either can be read back.
 *
 *   {"format": "lanyard-chat", "version": 1, "self": {"id", "name"}, "peer": {"id", "name"},
 *    "messages": [{"id", "from", "name", "time", "kind", "text", "duration"?, "imported"?}...]}
 *
 * lan-chat-file.h reads it.
 * Owner's context.
 */
#pragma once

#include "lan-message.h"

G_BEGIN_DECLS

void lan_chat_writer_begin_json (GString *to, LanPerson *self, LanPerson *peer);
void lan_chat_writer_add_json (GString *to, LanMessage *message, gboolean is_first);
void lan_chat_writer_end_json (GString *to);

void lan_chat_writer_begin_html (GString *to, LanPerson *self, LanPerson *peer);
/** @day: (inout): the day of the message before, 0 at first: a new one gets a heading. */
void lan_chat_writer_add_html (GString *to, LanMessage *message, guint *day);
/** Between the page and its JSON, and behind that. */
void lan_chat_writer_turn_html (GString *to);
void lan_chat_writer_end_html (GString *to);

G_END_DECLS
