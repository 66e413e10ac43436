/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-id.h"

#include <string.h>

char *
lan_hex_encode (const guint8 *bytes, gsize len)
{
  static const char digits[] = "0123456789abcdef";
  char *out = g_malloc (2 * len + 1);

  for (gsize i = 0; i < len; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  out[2 * len] = '\0';
  return out;
}

gboolean
lan_hex_decode (const char *hex, guint8 *out, gsize len)
{
  if (hex == NULL || strlen (hex) != 2 * len)
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    int high = g_ascii_xdigit_value (hex[2 * i]);
    int low = g_ascii_xdigit_value (hex[2 * i + 1]);

    if (high < 0 || low < 0)
      return FALSE;
    out[i] = (guint8) (high << 4 | low);
  }
  return TRUE;
}

/* FNV-1a: ids are hashes or keys, but a remote party chooses some of them, so all bytes count. */
static guint
hash_bytes (const guint8 *bytes, gsize len)
{
  guint32 h = 2166136261u;

  for (gsize i = 0; i < len; i++)
    h = (h ^ bytes[i]) * 16777619u;
  return h;
}

static gboolean
is_zero (const guint8 *bytes, gsize len)
{
  guint8 any = 0;

  for (gsize i = 0; i < len; i++)
    any |= bytes[i];
  return any == 0;
}

#define DEFINE_ID(Type, prefix)                                                                    \
  gboolean prefix##_equal (gconstpointer a, gconstpointer b)                                       \
  {                                                                                                \
    return memcmp (a, b, sizeof (Type)) == 0;                                                      \
  }                                                                                                \
  int prefix##_compare (gconstpointer a, gconstpointer b)                                          \
  {                                                                                                \
    return memcmp (a, b, sizeof (Type));                                                           \
  }                                                                                                \
  guint prefix##_hash (gconstpointer id)                                                           \
  {                                                                                                \
    return hash_bytes (((const Type *) id)->b, sizeof (Type));                                     \
  }                                                                                                \
  gboolean prefix##_is_zero (const Type *id)                                                       \
  {                                                                                                \
    return is_zero (id->b, sizeof (Type));                                                         \
  }                                                                                                \
  char *prefix##_to_hex (const Type *id)                                                           \
  {                                                                                                \
    return lan_hex_encode (id->b, sizeof (Type));                                                  \
  }                                                                                                \
  gboolean prefix##_from_hex (Type *id, const char *hex)                                           \
  {                                                                                                \
    return lan_hex_decode (hex, id->b, sizeof (Type));                                             \
  }

DEFINE_ID (LanAccountId, lan_account_id)
DEFINE_ID (LanDeviceId, lan_device_id)
DEFINE_ID (LanMessageId, lan_message_id)
DEFINE_ID (LanConversationId, lan_conversation_id)
DEFINE_ID (LanLinkId, lan_link_id)
DEFINE_ID (LanHash, lan_hash)
DEFINE_ID (LanOrgId, lan_org_id)
DEFINE_ID (LanUserId, lan_user_id)
DEFINE_ID (LanIssuerId, lan_issuer_id)
