/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A person: an account key with what is known of it. Made by its LanNode only; one object per
 * account for as long as the node lives. Properties notify in the node's context.
 */
#pragma once

#include "lan-api.h"

G_BEGIN_DECLS

/**
 * LanPersonTrust:
 * @LAN_PERSON_TRUST_CLAIMED: somebody who says so
 * @LAN_PERSON_TRUST_TOFU: the key first met under this name, accepted
 * @LAN_PERSON_TRUST_ATTESTED: vouched for by the company's directory
 * @LAN_PERSON_TRUST_VERIFIED: number or words were compared
 * @LAN_PERSON_TRUST_CHANGED: not the key that was known under this name
 * @LAN_PERSON_TRUST_REVOKED: the key was withdrawn
 *
 * How sure it is that a key belongs to whom it names (SECURITY 4.4). Append-only.
 */
typedef enum {
  LAN_PERSON_TRUST_CLAIMED = 0,
  LAN_PERSON_TRUST_TOFU = 1,
  LAN_PERSON_TRUST_ATTESTED = 2,
  LAN_PERSON_TRUST_VERIFIED = 3,
  LAN_PERSON_TRUST_CHANGED = 4,
  LAN_PERSON_TRUST_REVOKED = 5,
} LanPersonTrust;

/**
 * LanPersonPresence:
 * @LAN_PERSON_PRESENCE_OFFLINE: not reachable
 * @LAN_PERSON_PRESENCE_AVAILABLE: there
 * @LAN_PERSON_PRESENCE_AWAY: there, but not at the computer
 * @LAN_PERSON_PRESENCE_BUSY: does not want to be disturbed
 *
 * Append-only.
 */
typedef enum {
  LAN_PERSON_PRESENCE_OFFLINE = 0,
  LAN_PERSON_PRESENCE_AVAILABLE = 1,
  LAN_PERSON_PRESENCE_AWAY = 2,
  LAN_PERSON_PRESENCE_BUSY = 3,
} LanPersonPresence;

typedef struct _LanGroupChat LanGroupChat;

#define LAN_TYPE_PERSON (lan_person_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanPerson, lan_person, LAN, PERSON, GObject)

/**
 * lan_person_trust_name:
 *
 * Returns: (transfer none): "claimed", "tofu", "attested", "verified", "changed" or "revoked".
 */
LAN_API const char *lan_person_trust_name (LanPersonTrust trust);

/**
 * lan_person_presence_name:
 *
 * Returns: (transfer none): "offline", "available", "away" or "busy".
 */
LAN_API const char *lan_person_presence_name (LanPersonPresence presence);

/**
 * lan_person_presence_from_name:
 * @presence: (out): where to put the value
 *
 * Returns: FALSE when @name is none of the four names.
 */
LAN_API gboolean lan_person_presence_from_name (const char *name, LanPersonPresence *presence);

/**
 * lan_person_is_self:
 *
 * Returns: whether this is oneself.
 */
LAN_API gboolean lan_person_is_self (LanPerson *self);

/**
 * lan_person_get_group:
 *
 * A group is written to like a person: whoever takes a #LanPerson may get one that stands for a group.
 *
 * Returns: (transfer none) (nullable): the group, %NULL for a person of flesh and blood.
 */
LAN_API LanGroupChat *lan_person_get_group (LanPerson *self);

/**
 * lan_person_get_id:
 *
 * Returns: (transfer none): the account key, 64 lower-case hex digits; of what stands for a group: its id,
 *   32 of them.
 */
LAN_API const char *lan_person_get_id (LanPerson *self);

/**
 * lan_person_get_name:
 *
 * The name this person goes by: one clean line, never empty ("?" until it is known).
 */
LAN_API const char *lan_person_get_name (LanPerson *self);
LAN_API LanPersonTrust lan_person_get_trust (LanPerson *self);
LAN_API gboolean lan_person_get_online (LanPerson *self);
LAN_API LanPersonPresence lan_person_get_presence (LanPerson *self);

/**
 * lan_person_get_status_text:
 *
 * Returns: (transfer none): one clean line, "" when there is none.
 */
LAN_API const char *lan_person_get_status_text (LanPerson *self);

/**
 * lan_person_get_accepted:
 *
 * Returns: whether this is a contact: we wrote to, or accepted them.
 */
LAN_API gboolean lan_person_get_accepted (LanPerson *self);
LAN_API gboolean lan_person_get_blocked (LanPerson *self);

/**
 * lan_person_get_request:
 *
 * Returns: whether something of this stranger waits for an answer.
 */
LAN_API gboolean lan_person_get_request (LanPerson *self);
LAN_API gboolean lan_person_get_favourite (LanPerson *self);
LAN_API gboolean lan_person_get_muted (LanPerson *self);

/**
 * lan_person_get_keep_days:
 *
 * Returns: for how many days messages of the chat are kept on this computer, 0: for ever.
 */
LAN_API guint lan_person_get_keep_days (LanPerson *self);

/**
 * lan_person_get_note:
 *
 * Returns: (transfer none): one's own note about them, "" when there is none.
 */
LAN_API const char *lan_person_get_note (LanPerson *self);
LAN_API gboolean lan_person_get_typing (LanPerson *self);

/**
 * lan_person_get_path:
 *
 * Returns: (transfer none): how the two are joined now: "direct", "relayed", or "" when no
 *   channel is up.
 */
LAN_API const char *lan_person_get_path (LanPerson *self);

/**
 * lan_person_get_rtt_us:
 *
 * Returns: the last round trip in microseconds, 0 when not known.
 */
LAN_API gint64 lan_person_get_rtt_us (LanPerson *self);

/**
 * lan_person_get_last_seen:
 *
 * Returns: Unix milliseconds, 0 for never.
 */
LAN_API gint64 lan_person_get_last_seen (LanPerson *self);

/**
 * lan_person_get_login:
 *
 * Returns: (transfer none): their login in the company's directory, "" when not in it.
 */
LAN_API const char *lan_person_get_login (LanPerson *self);

/**
 * lan_person_get_title:
 *
 * Returns: (transfer none): what they do in the company, "" when the directory does not say.
 */
LAN_API const char *lan_person_get_title (LanPerson *self);

/**
 * lan_person_get_department:
 *
 * Returns: (transfer none): where they belong, a path such as "Research/Optics", "" for nowhere.
 */
LAN_API const char *lan_person_get_department (LanPerson *self);

/**
 * lan_person_get_level:
 *
 * Returns: who vouches for them: 0 nobody, 1 the server by itself, 2 the company's offline key.
 */
LAN_API guint lan_person_get_level (LanPerson *self);

/**
 * lan_person_get_standing:
 *
 * Returns: (transfer none): "suspended" when the company has taken their access away for a while,
 *   "left" when they belong to it no more, else "". Changes along with trust.
 */
LAN_API const char *lan_person_get_standing (LanPerson *self);

/**
 * lan_person_get_mailbox:
 *
 * Returns: whether what cannot be delivered now can be left for them at the server.
 */
LAN_API gboolean lan_person_get_mailbox (LanPerson *self);

/**
 * lan_person_get_claims_place_of:
 *
 * Returns: (transfer none) (nullable): the known person under whose name this key appeared: show
 *   the bar 'not the … you know', with lan_person_merge() as a way out.
 */
LAN_API LanPerson *lan_person_get_claims_place_of (LanPerson *self);

/**
 * lan_person_get_merged_into:
 *
 * Returns: (transfer none) (nullable): the person whose conversation went on from this one's.
 */
LAN_API LanPerson *lan_person_get_merged_into (LanPerson *self);

/**
 * lan_person_dup_number:
 *
 * Returns: (transfer full): the safety number of this person and oneself, 60 digits without
 *   spaces.
 */
LAN_API char *lan_person_dup_number (LanPerson *self);

/**
 * lan_person_dup_words:
 * @locale: (nullable): "zh_CN" or such for the Chinese list, anything else the English one
 *
 * Returns: (transfer full) (array zero-terminated=1): the 12 safety words.
 */
LAN_API GStrv lan_person_dup_words (LanPerson *self, const char *locale);

/**
 * lan_person_accept:
 *
 * Makes a contact of a stranger; what waited becomes an ordinary conversation.
 */
LAN_API void lan_person_accept (LanPerson *self);

/**
 * lan_person_block:
 * @blocked: TRUE to let nothing of this person in any more, FALSE to take that back
 */
LAN_API void lan_person_block (LanPerson *self, gboolean blocked);

/**
 * lan_person_remove:
 *
 * Takes a person off the contacts. The history stays; they are a stranger again.
 */
LAN_API void lan_person_remove (LanPerson *self);

/**
 * lan_person_verify_number:
 * @number: what was read out: 60 digits, spaces and separators allowed
 *
 * Compares and, when right, makes the person verified (that notifies later).
 * Returns: FALSE and %LAN_NODE_ERROR_MISMATCH when it is another number.
 */
LAN_API gboolean lan_person_verify_number (LanPerson *self, const char *number, GError **error);

/**
 * lan_person_verify_words:
 * @words: 12 words of either list separated by spaces
 *
 * As lan_person_verify_number().
 */
LAN_API gboolean lan_person_verify_words (LanPerson *self, const char *words, GError **error);

/**
 * lan_person_merge:
 * @self: the new key
 * @old: the person whose place it takes
 *
 * Says that both are one human being: what waits for @old is written again to @self, and both
 * logs show as one.
 */
LAN_API void lan_person_merge (LanPerson *self, LanPerson *old);
LAN_API void lan_person_set_note (LanPerson *self, const char *note);
LAN_API void lan_person_set_favourite (LanPerson *self, gboolean favourite);
LAN_API void lan_person_set_muted (LanPerson *self, gboolean muted);

/**
 * lan_person_set_keep_days:
 * @days: 0 for ever, 365, 90, 30 or 7; others change nothing
 *
 * Messages of the chat that are older are removed from this computer, now and from time to time; not what is
 * pinned, and not what has not reached the other yet. One's other devices do likewise where the chat is with one
 * person; what others keep is theirs.
 */
LAN_API void lan_person_set_keep_days (LanPerson *self, guint days);

/**
 * lan_person_set_shown:
 * @shown: whether they are on screen, such as a row of a list
 *
 * Of a large company's people only contacts' presence is asked for, and that of those who are
 * shown. Not counted: FALSE ends it.
 */
LAN_API void lan_person_set_shown (LanPerson *self, gboolean shown);

/**
 * LanPersonStats:
 * @state: "none", "lane" (TCP), "connecting" or "link"
 * @path: "direct", "relayed" or ""
 * @local_address: own end, "" when not known
 * @remote_address: their end
 * @rtt_us: smoothed round trip
 * @bytes_sent: payload bytes since the channel came up
 * @bytes_received: the same, other way
 * @packets_lost: datagrams found missing
 * @up_since: Unix milliseconds, 0 when down
 * @opened_us: microseconds from the wish to open it until it was up
 */
typedef struct {
  char *state;
  char *path;
  char *local_address;
  char *remote_address;
  gint64 rtt_us;
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 packets_lost;
  gint64 up_since;
  gint64 opened_us;
} LanPersonStats;

#define LAN_TYPE_PERSON_STATS (lan_person_stats_get_type ())
LAN_API GType lan_person_stats_get_type (void);
LAN_API LanPersonStats *lan_person_stats_copy (const LanPersonStats *stats);
LAN_API void lan_person_stats_free (LanPersonStats *stats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPersonStats, lan_person_stats_free)

/**
 * lan_person_link_stats_async:
 *
 * Asks how the channel to this person does at the moment.
 */
LAN_API void lan_person_link_stats_async (LanPerson *self, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_person_link_stats_finish:
 *
 * Returns: (transfer full): the figures; with state "none" when no channel is up.
 */
LAN_API LanPersonStats *lan_person_link_stats_finish (LanPerson *self, GAsyncResult *result,
                                                      GError **error);

G_END_DECLS
