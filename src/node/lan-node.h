/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A peer: one profile, open or not. It runs disk, keys and network on a thread of its own; this
 * object and all others it hands out live in the main context that was the thread's default when
 * it was made. Nothing here waits.
 *
 *   CLOSED --open/create--> OPENING --ok--> OPEN --close--> CLOSING --> CLOSED
 *                              |failed
 *                              v
 *                            CLOSED
 *
 * Signals (all run in that context, after the properties and models have been brought up to date):
 *   person-seen (LanPerson), person-gone (LanPerson), person-changed (LanPerson);
 *   message-received (LanMessage), message-state (LanMessage);
 *   file-offered, file-progress, file-done, file-failed (LanTransfer);
 *   server-changed (LanServer); call-changed (LanCall): a new one, or one that is different;
 *   link-state (LanPerson, state "down"|"connecting"|"up", path "direct"|"relayed"|"");
 *   notice (code, text): something a person should know, a stable word and a sentence. Codes: those of
 *     the history ("disk-full", "io", ...) and "history-well" when it is over; "keys", "new-device",
 *     "busy" (own keys); "clock" (somebody's is ahead); "request-limit" (a stranger sent too much);
 *     "equivocation", "rollback", "broken", "forged", "server-key" (of the server: LanServer's warning);
 *     "directory-restarted", "server-key-renewed" (the company's key has confirmed it);
 *     "no-microphone", "no-speaker", "call-failed" (of a call);
 *     "network", "bad-address", "mdns-absent", "mdns-back", "beacon-refused".
 */
#pragma once

#include "lan-api.h"
#include "lan-call.h"
#include "lan-conversation.h"
#include "lan-devices.h"
#include "lan-group-chat.h"
#include "lan-message.h"
#include "lan-node-error.h"
#include "lan-person.h"
#include "lan-search.h"
#include "lan-server.h"
#include "lan-share.h"
#include "lan-sound.h"
#include "lan-transfer.h"

G_BEGIN_DECLS

/**
 * LanNodeState:
 * @LAN_NODE_STATE_CLOSED: no profile is open
 * @LAN_NODE_STATE_OPENING: being opened
 * @LAN_NODE_STATE_OPEN: usable
 * @LAN_NODE_STATE_CLOSING: being closed
 */
typedef enum {
  LAN_NODE_STATE_CLOSED = 0,
  LAN_NODE_STATE_OPENING = 1,
  LAN_NODE_STATE_OPEN = 2,
  LAN_NODE_STATE_CLOSING = 3,
} LanNodeState;

/**
 * LanNodeProtection:
 * @LAN_NODE_PROTECTION_NONE: whoever can read the files can read everything
 * @LAN_NODE_PROTECTION_KEYRING: the system's keyring holds the key
 * @LAN_NODE_PROTECTION_PASSPHRASE: a passphrase is asked for
 *
 * What guards the profile's keys on disk.
 */
typedef enum {
  LAN_NODE_PROTECTION_NONE = 0,
  LAN_NODE_PROTECTION_KEYRING = 1,
  LAN_NODE_PROTECTION_PASSPHRASE = 2,
} LanNodeProtection;

/**
 * LanExportFormat:
 * @LAN_EXPORT_FORMAT_JSON: for programs
 * @LAN_EXPORT_FORMAT_HTML: a page for people, with the JSON inside
 *
 * What a chat is written as.
 */
typedef enum {
  LAN_EXPORT_FORMAT_JSON = 0,
  LAN_EXPORT_FORMAT_HTML = 1,
} LanExportFormat;

#define LAN_TYPE_NODE (lan_node_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanNode, lan_node, LAN, NODE, GObject)

/**
 * lan_node_new:
 * @profile_dir: (nullable): the profile's folder; NULL for lanyard below the user's data folder
 *
 * Options are properties, set before opening: "interfaces" (names; none: all fit ones), "mdns",
 * "broadcast", "port" (-1: 24789, another where that is taken; 0: any; else exactly this),
 * "keyring" (whether the system's keyring may be used), "harden" (whether to forbid core dumps).
 */
LAN_API LanNode *lan_node_new (const char *profile_dir);

/**
 * lan_node_default_dir:
 *
 * Returns: (transfer full): where the profile is when nobody says otherwise.
 */
LAN_API char *lan_node_default_dir (void);

/**
 * lan_node_profile_exists:
 * @profile_dir: (nullable): as for lan_node_new()
 */
LAN_API gboolean lan_node_profile_exists (const char *profile_dir);

/**
 * lan_node_dup_socket_path:
 * @profile_dir: (nullable): as for lan_node_new()
 *
 * Returns: (transfer full): the local socket over which a second program speaks to the one that
 *   has this profile open. Always short enough for a socket address.
 */
LAN_API char *lan_node_dup_socket_path (const char *profile_dir);

/**
 * lan_node_open_async:
 * @passphrase: (nullable): needed when the profile is locked with one
 *
 * Opens the profile: locks it, unlocks its keys, reads what is known, starts listening and
 * announcing. The models are filled when it finishes.
 */
LAN_API void lan_node_open_async (LanNode *self, const char *passphrase, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
LAN_API gboolean lan_node_open_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_create_async:
 * @name: the display name; cleaned to one line of at most 48 bytes, must not end up empty
 * @passphrase: (nullable): to lock the profile with; without one the keyring is used when there
 *   is one, else nothing
 *
 * Makes new keys and a new profile, then goes on as lan_node_open_async().
 */
LAN_API void lan_node_create_async (LanNode *self, const char *name, const char *passphrase,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
LAN_API gboolean lan_node_create_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_close_async:
 *
 * Says goodbye, waits for the disk and gives the profile free. Also what dropping the last
 * reference does, without a report.
 */
LAN_API void lan_node_close_async (LanNode *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
LAN_API gboolean lan_node_close_finish (LanNode *self, GAsyncResult *result, GError **error);

LAN_API LanNodeState lan_node_get_state (LanNode *self);
LAN_API const char *lan_node_get_profile_dir (LanNode *self);
LAN_API LanNodeProtection lan_node_get_protection (LanNode *self);

/**
 * lan_node_get_tcp_port:
 *
 * Returns: the port that is listened on, 0 while closed.
 */
LAN_API guint lan_node_get_tcp_port (LanNode *self);

/**
 * lan_node_get_self:
 *
 * Returns: (transfer none) (nullable): oneself; NULL until the profile was opened once.
 */
LAN_API LanPerson *lan_node_get_self (LanNode *self);

/**
 * lan_node_get_people:
 *
 * Returns: (transfer none): a #GListModel of #LanPerson: contacts, people nearby and requests, not
 *   oneself; in no promised order.
 */
LAN_API GListModel *lan_node_get_people (LanNode *self);

/**
 * lan_node_get_conversations:
 *
 * Returns: (transfer none): a #GListModel of #LanConversation, the newest first.
 */
LAN_API GListModel *lan_node_get_conversations (LanNode *self);

/**
 * lan_node_get_transfers:
 *
 * Returns: (transfer none): a #GListModel of #LanTransfer, the newest first.
 */
LAN_API GListModel *lan_node_get_transfers (LanNode *self);

/**
 * lan_node_get_call:
 *
 * Returns: (transfer none) (nullable): the newest call, over or not; NULL: there was none yet.
 */
LAN_API LanCall *lan_node_get_call (LanNode *self);

/**
 * lan_node_start_call:
 *
 * Calls a contact. What becomes of it is told by #LanNode::call-changed.
 *
 * Returns: (transfer none) (nullable): the call; NULL and @error: not a contact, or there is one.
 */
LAN_API LanCall *lan_node_start_call (LanNode *self, LanPerson *person, GError **error);

/**
 * lan_node_set_audio:
 * @source: "default", "none", "test" (a tone), "file:PATH" (WAV, 16 bit, 48 kHz) or a device's name
 * @sink: "default", "null", "file:PATH" (is written as WAV) or a device's name
 *
 * What is spoken into and heard with, from now on, also in a call under way (where a file is taken
 * for the next one). Not kept: for what a command line says. At first what was chosen, else "default".
 */
LAN_API void lan_node_set_audio (LanNode *self, const char *source, const char *sink);

/**
 * lan_node_choose_audio:
 * @source: the id of a #LanSoundDevice, "default" or "none"
 * @sink: likewise, or "null"
 *
 * As lan_node_set_audio(), and kept with the profile on this computer.
 */
LAN_API void lan_node_choose_audio (LanNode *self, const char *source, const char *sink);

/**
 * lan_node_get_audio_source:
 *
 * Returns: (transfer none): what is spoken into.
 */
LAN_API const char *lan_node_get_audio_source (LanNode *self);

/**
 * lan_node_get_audio_sink:
 *
 * Returns: (transfer none): what is heard with.
 */
LAN_API const char *lan_node_get_audio_sink (LanNode *self);

/**
 * lan_node_set_camera:
 * @source: "default", "none", "test" (a picture that moves) or the path of a device
 *
 * What calls with video show of this side, from now on, also in a call under way. Not kept.
 */
LAN_API void lan_node_set_camera (LanNode *self, const char *source);

/**
 * lan_node_get_camera:
 *
 * Returns: (transfer none): what calls with video show.
 */
LAN_API const char *lan_node_get_camera (LanNode *self);

/**
 * lan_node_set_screen_source:
 * @source: as lan_call_share_screen() takes it
 *
 * Which screen is shown where nothing else is said. Not kept.
 */
LAN_API void lan_node_set_screen_source (LanNode *self, const char *source);

/**
 * lan_node_get_screen_source:
 *
 * Returns: (transfer none): "default", or what was set.
 */
LAN_API const char *lan_node_get_screen_source (LanNode *self);

/**
 * lan_node_get_shares:
 *
 * Returns: (transfer none): a #GListModel of #LanShare, one's own and those of others.
 */
LAN_API GListModel *lan_node_get_shares (LanNode *self);

/**
 * lan_node_find_share:
 *
 * Returns: (transfer none) (nullable): the share with this id.
 */
LAN_API LanShare *lan_node_find_share (LanNode *self, const char *id);

/**
 * lan_node_create_share_async:
 * @dir: an existing folder
 * @name: (nullable): what others see; %NULL: the folder's name
 *
 * Shares a folder, with nobody yet: see lan_share_set_access().
 */
LAN_API void lan_node_create_share_async (LanNode *self, const char *dir, const char *name,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_node_create_share_finish:
 *
 * Returns: (transfer full): its id.
 */
LAN_API char *lan_node_create_share_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_get_groups:
 *
 * Returns: (transfer none): a #GListModel of #LanGroupChat, those that were left included.
 */
LAN_API GListModel *lan_node_get_groups (LanNode *self);

/**
 * lan_node_find_group:
 * @id_or_name: at least eight digits of its id, or its whole name
 *
 * Returns: (transfer none) (nullable): the one group that fits, else %NULL and an error.
 */
LAN_API LanGroupChat *lan_node_find_group (LanNode *self, const char *id_or_name, GError **error);

/**
 * lan_node_find_peer:
 * @id_or_name: of a person, as lan_node_find_person() takes it, or of a group
 *
 * Returns: (transfer none) (nullable): whom, or what, one can write to by that name.
 */
LAN_API LanPerson *lan_node_find_peer (LanNode *self, const char *id_or_name, GError **error);

/**
 * lan_node_create_group_async:
 * @name: (nullable): may be empty
 * @people: (element-type LanPerson): all but oneself
 * @open_history: whether who comes later may read what was written before
 * @ends: Unix milliseconds at which a temporary one ends, else 0
 *
 * Makes a group of which one is the owner.
 */
LAN_API void lan_node_create_group_async (LanNode *self, LanGroupChatKind kind, const char *name,
                                          GPtrArray *people, gboolean open_history, gint64 ends,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_node_create_group_finish:
 *
 * Returns: (transfer full): its id; lan_node_find_group() knows it.
 */
LAN_API char *lan_node_create_group_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_get_server:
 *
 * Returns: (transfer none): the company's server, joined or not.
 */
LAN_API LanServer *lan_node_get_server (LanNode *self);

/**
 * lan_node_get_devices:
 *
 * Returns: (transfer none): the devices of this person, a #GListModel of #LanDevice, and what links
 *   a new one.
 */
LAN_API LanDevices *lan_node_get_devices (LanNode *self);

/**
 * lan_node_find_person:
 * @id_or_name: a whole id, at least its first 8 hex digits, or a name that one person has
 *
 * Returns: (transfer none) (nullable): the person, or NULL with %LAN_NODE_ERROR_NOT_FOUND or
 *   %LAN_NODE_ERROR_AMBIGUOUS.
 */
LAN_API LanPerson *lan_node_find_person (LanNode *self, const char *id_or_name, GError **error);

/**
 * lan_node_find_transfer:
 *
 * Returns: (transfer none) (nullable): the transfer with this id.
 */
LAN_API LanTransfer *lan_node_find_transfer (LanNode *self, const char *id);

/**
 * lan_node_open_conversation:
 *
 * Returns: (transfer none): the conversation with @person, made when there was none. It shows up in
 *   lan_node_get_conversations() with its first message.
 */
LAN_API LanConversation *lan_node_open_conversation (LanNode *self, LanPerson *person);

/**
 * lan_node_send_text:
 * @text: UTF-8, at most 40 KiB; not empty
 *
 * Takes the message on its way: it is shown ("queued") as soon as it is on disk and goes out when
 * the person is reachable. Sending to somebody accepts them.
 * Returns: (transfer full) (nullable): its id, 32 hex digits; NULL and an error when the argument
 *   is refused.
 */
LAN_API char *lan_node_send_text (LanNode *self, LanPerson *person, const char *text,
                                  GError **error);

/**
 * lan_node_send_files:
 * @paths: (array zero-terminated=1): names of regular files
 *
 * Offers each file. They are hashed first, on another thread: what cannot be read ends as
 * "file-failed".
 * Returns: (transfer full) (array zero-terminated=1) (nullable): one id per file.
 */
LAN_API GStrv lan_node_send_files (LanNode *self, LanPerson *person, const char *const *paths,
                                   GError **error);

/**
 * lan_node_share_files:
 * @persons: (element-type LanPerson): who is offered it
 * @paths: (array zero-terminated=1): files and folders
 *
 * Offers the same to several people at once; each is told who else was offered it, and once they accept they
 * give it to each other. Whoever is to stay unnamed is sent it alone, by lan_node_send_files().
 *
 * Returns: (transfer full) (nullable): the transfers' ids, all paths of the first person first.
 */
LAN_API GStrv lan_node_share_files (LanNode *self, GPtrArray *persons, const char *const *paths,
                                    GError **error);

/**
 * lan_node_set_auto_accept:
 * @max_bytes: files and folders up to this size are taken without asking; 0: never
 * @dir: (nullable): where they go; must exist
 *
 * Holds only while the person is verified or vouched for by the company's directory.
 */
LAN_API void lan_node_set_auto_accept (LanNode *self, LanPerson *person, guint64 max_bytes,
                                       const char *dir);

/**
 * lan_node_get_auto_accept:
 * @dir: (out) (optional) (nullable) (transfer full): where they go
 *
 * Returns: the size up to which offers of @person are taken, 0: none.
 */
LAN_API guint64 lan_node_get_auto_accept (LanNode *self, LanPerson *person, char **dir);

/**
 * lan_node_set_file_limit:
 * @bytes_per_s: for all files together that are sent, whatever way they go; 0: no limit
 *
 * Kept in the profile.
 */
LAN_API void lan_node_set_file_limit (LanNode *self, guint64 bytes_per_s);

/**
 * lan_node_get_file_limit:
 *
 * Returns: bytes a second, 0: no limit.
 */
LAN_API guint64 lan_node_get_file_limit (LanNode *self);

/**
 * lan_node_mark_read:
 * @message_id: 32 hex digits of a message of somebody else
 *
 * Says that everything up to this message has been read.
 */
LAN_API gboolean lan_node_mark_read (LanNode *self, const char *message_id, GError **error);

/**
 * lan_node_mark_read_async:
 * @message_id: 32 hex digits of a message of somebody else
 *
 * As lan_node_mark_read(), and says whether there is such a message: the error is
 * %LAN_NODE_ERROR_NOT_FOUND where there is none.
 */
LAN_API void lan_node_mark_read_async (LanNode *self, const char *message_id,
                                       GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);

/** lan_node_mark_read_finish: */
LAN_API gboolean lan_node_mark_read_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_check_interface:
 * @pattern: the name of a network interface, or a pattern with * and ?
 *
 * Whether the property "interfaces" can be given @pattern with any effect now. May be called from
 * any thread, before there is a node.
 * Returns: FALSE, and %LAN_NODE_ERROR_NETWORK, where this computer has no such interface.
 */
LAN_API gboolean lan_node_check_interface (const char *pattern, GError **error);

/**
 * lan_node_read_history_async:
 * @before: (nullable): the id of a message to end before; NULL for the newest
 * @limit: at most so many, 1 to 1,000
 *
 * Reads messages without touching any conversation's window.
 */
LAN_API void lan_node_read_history_async (LanNode *self, LanPerson *person, const char *before,
                                          guint limit, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_read_history_finish:
 *
 * Returns: (transfer full) (element-type LanMessage): oldest first.
 */
LAN_API GPtrArray *lan_node_read_history_finish (LanNode *self, GAsyncResult *result,
                                                 GError **error);

/**
 * lan_node_read_around_async:
 * @message_id: 32 hex digits of a message of the chat with @person
 * @limit: at most so many, 1 to 1,000
 *
 * Reads a message in its place: half of the rows before it, half behind it. The error is
 * %LAN_NODE_ERROR_NOT_FOUND where it is not on this disk; lan_node_read_history_finish() ends it.
 */
LAN_API void lan_node_read_around_async (LanNode *self, LanPerson *person, const char *message_id,
                                         guint limit, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_search_async:
 * @search: what to look for
 *
 * Looks through all chats, or one. A task that is cancelled answers at once.
 */
LAN_API void lan_node_search_async (LanNode *self, LanSearch *search, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_search_finish:
 *
 * Returns: (transfer full) (element-type LanMessage): newest arrival first; @search knows whether there
 *   is more.
 */
LAN_API GPtrArray *lan_node_search_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_list_days_async:
 * @year: such as 2026
 * @month: 1 to 12
 *
 * Asks on which days of a month, by this computer's clock, there are messages in a chat.
 */
LAN_API void lan_node_list_days_async (LanNode *self, LanPerson *person, int year, int month,
                                       GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * lan_node_list_days_finish:
 *
 * Returns: (transfer full) (element-type LanMessage): the first message of each day that has one, in
 *   order; lan_message_get_place_time() says which day it is.
 */
LAN_API GPtrArray *lan_node_list_days_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_set_presence:
 * @presence: %LAN_PERSON_PRESENCE_OFFLINE is not allowed here
 * @status_text: (nullable): one line, shown to contacts only
 */
LAN_API void lan_node_set_presence (LanNode *self, LanPersonPresence presence,
                                    const char *status_text);

/**
 * lan_node_set_name:
 *
 * Changes one's name for everybody. Returns: FALSE when nothing is left of it after cleaning.
 */
LAN_API gboolean lan_node_set_name (LanNode *self, const char *name, GError **error);

/**
 * lan_node_set_hidden:
 * @hidden: TRUE: only contacts can recognise this computer on the network (kept in the profile)
 */
LAN_API void lan_node_set_hidden (LanNode *self, gboolean hidden);
LAN_API gboolean lan_node_get_hidden (LanNode *self);

/**
 * lan_node_add_address:
 * @address: "host:port", "[v6]:port" or an address alone (port 24789); numeric
 *
 * Tries an address that a person or an administrator knows. Kept while the node is open.
 */
LAN_API gboolean lan_node_add_address (LanNode *self, const char *address, GError **error);

/**
 * lan_node_get_setting:
 * @key: lower-case words with dots, the program's own
 *
 * Returns: (transfer none) (nullable): what was kept under @key, valid until it is set again.
 */
LAN_API const char *lan_node_get_setting (LanNode *self, const char *key);

/**
 * lan_node_set_setting:
 * @value: (nullable): NULL forgets it
 */
LAN_API void lan_node_set_setting (LanNode *self, const char *key, const char *value);

/**
 * lan_node_set_passphrase_async:
 * @old_passphrase: (nullable): needed when one is set
 * @new_passphrase: (nullable): NULL takes it away (the keyring, or nothing, guards the keys then)
 */
LAN_API void lan_node_set_passphrase_async (LanNode *self, const char *old_passphrase,
                                            const char *new_passphrase, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
LAN_API gboolean lan_node_set_passphrase_finish (LanNode *self, GAsyncResult *result,
                                                 GError **error);

G_END_DECLS
