/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The company's server as a profile sees it: none, or one, joined once and kept with the profile.
 * Made by its LanNode only, one for as long as the node lives; properties notify in the node's
 * context, and LanNode's "server-changed" says when a batch of changes is complete. That a server is
 * away is no trouble: whoever can be reached without it goes on.
 *
 *   NONE --join--> JOINING --ok--> CONNECTING --> ONLINE <--> AWAY        REFUSED: until told anew
 *     ^---------------'failed          ^------------leave, from any of them-------> NONE
 */
#pragma once

#include "lan-api.h"

G_BEGIN_DECLS

/**
 * LanServerStatus:
 * @LAN_SERVER_STATUS_NONE: this profile belongs to no server
 * @LAN_SERVER_STATUS_JOINING: an enrolment is under way
 * @LAN_SERVER_STATUS_CONNECTING: joined; on the way to it for the first time since the start
 * @LAN_SERVER_STATUS_ONLINE: connected
 * @LAN_SERVER_STATUS_AWAY: it does not answer; tried again by itself
 * @LAN_SERVER_STATUS_REFUSED: it refuses this device (suspended, revoked...): "error-text" says why
 *
 * Append-only.
 */
typedef enum {
  LAN_SERVER_STATUS_NONE = 0,
  LAN_SERVER_STATUS_JOINING = 1,
  LAN_SERVER_STATUS_CONNECTING = 2,
  LAN_SERVER_STATUS_ONLINE = 3,
  LAN_SERVER_STATUS_AWAY = 4,
  LAN_SERVER_STATUS_REFUSED = 5,
} LanServerStatus;

#define LAN_TYPE_SERVER (lan_server_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanServer, lan_server, LAN, SERVER, GObject)

/**
 * lan_server_status_name:
 *
 * Returns: (transfer none): "none", "joining", "connecting", "online", "away" or "refused".
 */
LAN_API const char *lan_server_status_name (LanServerStatus state);

LAN_API LanServerStatus lan_server_get_status (LanServer *self);

/**
 * lan_server_get_name:
 *
 * Returns: (transfer none): the company's name as the server gives it, "" until it is known.
 */
LAN_API const char *lan_server_get_name (LanServer *self);

/**
 * lan_server_get_address:
 *
 * Returns: (transfer none): "host:port", "" without a server.
 */
LAN_API const char *lan_server_get_address (LanServer *self);

/**
 * lan_server_get_login:
 *
 * Returns: (transfer none): the name one is known by there, "" without a server.
 */
LAN_API const char *lan_server_get_login (LanServer *self);

/**
 * lan_server_get_error_code:
 *
 * Returns: (transfer none): why it is away or refuses, a word that does not change; "" otherwise.
 */
LAN_API const char *lan_server_get_error_code (LanServer *self);

/**
 * lan_server_get_error_text:
 *
 * Returns: (transfer none): the same as a sentence, with what can be done; "" otherwise.
 */
LAN_API const char *lan_server_get_error_text (LanServer *self);

/**
 * lan_server_get_warning_code:
 *
 * Returns: (transfer none): "equivocation" (it shows different people different directories),
 *   "rollback" (it shows an older directory than before), "broken", "forged" (it sent what the company
 *   did not sign), "server-key" (it named a key for itself that the company did not sign), "stale" (its
 *   directory is older than a week), or "". All but the last stay until one leaves the server: show
 *   them in red.
 */
LAN_API const char *lan_server_get_warning_code (LanServer *self);

/**
 * lan_server_get_warning_text:
 *
 * Returns: (transfer none): the same as a sentence, "" where there is none.
 */
LAN_API const char *lan_server_get_warning_text (LanServer *self);

/**
 * lan_server_get_has_relay:
 *
 * Returns: whether the server gives a relay for paths that do not go directly.
 */
LAN_API gboolean lan_server_get_has_relay (LanServer *self);

/**
 * lan_server_look_async:
 * @where: "host" or "host:port"
 *
 * Asks who is there without saying who asks. What comes back is to be compared with the words that
 * the administrator gave, before joining.
 */
LAN_API void lan_server_look_async (LanServer *self, const char *where, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_server_look_finish:
 *
 * Returns: (transfer full): the server's key, 64 hex digits, for lan_server_dup_words(); or NULL and
 *   %LAN_NODE_ERROR_SERVER_AWAY, %LAN_NODE_ERROR_INVALID.
 */
LAN_API char *lan_server_look_finish (LanServer *self, GAsyncResult *result, GError **error);

/**
 * lan_server_dup_words:
 * @key: 64 hex digits of a server's key
 * @locale: (nullable): as for lan_person_dup_words()
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): its 12 words, NULL when @key is none.
 */
LAN_API GStrv lan_server_dup_words (const char *key, const char *locale);

/**
 * lan_server_join_async:
 * @where: a link "lanyard://...", or "host" or "host:port" as typed
 * @words: (nullable): the twelve words of the server's key, in either list; needed where @where is
 *   no link, and compared before anything is sent
 * @login: (nullable): the name of the account; may be missing where the link is an invitation
 * @password: (nullable): of the account; an invitation needs none
 *
 * Joins a server. The status is JOINING until it is done; cancelling ends the attempt and leaves the
 * profile as it was.
 */
LAN_API void lan_server_join_async (LanServer *self, const char *where, const char *words,
                                    const char *login, const char *password,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * lan_server_join_finish:
 *
 * Returns: FALSE with %LAN_NODE_ERROR_INVALID (no link or address), %LAN_NODE_ERROR_JOINED,
 *   %LAN_NODE_ERROR_WORDS, %LAN_NODE_ERROR_MISMATCH (the words are those of another key),
 *   %LAN_NODE_ERROR_CREDENTIALS, %LAN_NODE_ERROR_SERVER_AWAY or %LAN_NODE_ERROR_REFUSED.
 */
LAN_API gboolean lan_server_join_finish (LanServer *self, GAsyncResult *result, GError **error);

/**
 * lan_server_leave_async:
 *
 * Forgets the server and what it said of people. Contacts and conversations stay.
 */
LAN_API void lan_server_leave_async (LanServer *self, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
LAN_API gboolean lan_server_leave_finish (LanServer *self, GAsyncResult *result, GError **error);

G_END_DECLS
