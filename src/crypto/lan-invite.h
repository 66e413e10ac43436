/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How a server is named to a person: a link (also as a QR code) that pins its key, or host and port
 * typed by hand with twelve words of the key to compare (SECURITY 8.1). The link:
 *
 *     lanyard://HOST:PORT/?k=SERVER-KEY&o=ORGANISATION-ROOT&i=INVITE
 *
 * with base32 of 32, 32 and 16 bytes; o and i may be missing, k not. HOST is a DNS name, an IPv4
 * address or an IPv6 address in brackets. Parameters of other names are passed over, none may come
 * twice. Text from outside ends in a LanStatus. Any thread.
 */
#pragma once

#include "lan-safety.h"

G_BEGIN_DECLS

#define LAN_INVITE_BYTES    16
#define LAN_INVITE_TEXT_MAX 1024
#define LAN_HOST_MAX        253
#define LAN_NET_ID_BYTES    16
#define LAN_SERVER_WORDS    LAN_SAFETY_WORDS
#define LAN_INVITE_SCHEME   "lanyard"

typedef struct {
  char host[LAN_HOST_MAX + 1]; /* lower case, IPv6 without brackets */
  guint16 port;                /* not 0 */
} LanServerAddress;

typedef struct {
  LanServerAddress address;
  guint8 server_public[LAN_KEY_BYTES];
  gboolean has_root;
  guint8 root_public[LAN_KEY_BYTES];
  gboolean has_code;
  guint8 code[LAN_INVITE_BYTES]; /* secret: whoever has it joins */
} LanInvite;

/** Returns: (transfer full) (nullable): the link; NULL when host or port are none. */
char *lan_invite_build (const LanInvite *invite) G_GNUC_WARN_UNUSED_RESULT;

/** Reads a link; surrounding white space is passed over. OVERSIZED, MALFORMED. */
LanStatus lan_invite_parse (LanInvite *invite, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @text looks like a link (begins with "lanyard:"), else it may be a typed address. */
gboolean lan_invite_is_link (const char *text);

/** Reads "host", "host:port", "[v6]", "[v6]:port" or a bare IPv6 address, as typed. */
LanStatus lan_server_address_parse (LanServerAddress *address, const char *text,
                                    guint16 default_port) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): "host:port", with brackets where needed. */
char *lan_server_address_format (const LanServerAddress *address) G_GNUC_WARN_UNUSED_RESULT;

/** What the server keeps of an invite's code: BLAKE2b-256. Compare with lan_secret_equal(). */
void lan_invite_hash (LanHash *out, const guint8 code[LAN_INVITE_BYTES]);

/** The prologue's net_id of lanes to a server: BLAKE2b-128 of its static key (SECURITY 1.4). */
void lan_server_net_id (guint8 out[LAN_NET_ID_BYTES], const guint8 server_public[LAN_KEY_BYTES]);

/** The 12 word indices of a server's key, for lan_word_dup(): KDF (zeros, "LY1-server", key). */
void lan_server_words (const guint8 server_public[LAN_KEY_BYTES], guint16 out[LAN_SERVER_WORDS]);

/** Returns: (transfer full): the words of @list with a space between. */
char *lan_server_words_text (const guint8 server_public[LAN_KEY_BYTES],
                             LanWordList list) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when @text says the words, in either list, as in lan_safety_words_match(). */
gboolean lan_server_words_match (const guint8 server_public[LAN_KEY_BYTES], const char *text);

G_END_DECLS
