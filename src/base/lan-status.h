/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a decoder or a machine says of bytes that came from somebody else. Bad remote input is
 * always one of these values, never an assert and never a GError. Also the macro with which each
 * module makes its GError domain from one list. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* name, sentence */
#define LAN_STATUS_LIST(X)                                                                         \
  X (OK, "fine")                                                                                   \
  X (TRUNCATED, "the data ends too early")                                                         \
  X (OVERSIZED, "the data is longer than allowed")                                                 \
  X (MALFORMED, "the data breaks a rule of its layout")                                            \
  X (VERSION, "the data is of a version not known here")                                           \
  X (AUTH, "the data does not authenticate")                                                       \
  X (REPLAY, "the data was seen before")                                                           \
  X (STATE, "the data is not allowed at this moment")                                              \
  X (LIMIT, "a limit for this peer is reached")                                                    \
  X (EXPIRED, "the data is too old")                                                               \
  X (MISMATCH, "the data belongs to something or somebody else")

typedef enum {
#define X(name, text) LAN_STATUS_##name,
  LAN_STATUS_LIST (X)
#undef X
      LAN_STATUS_N
} LanStatus;

/** Returns: a constant English sentence for logs; never NULL, also for unknown values. */
const char *lan_status_text (LanStatus status);

/** Returns: the short upper-case name, for logs and test output; never NULL. */
const char *lan_status_name (LanStatus status);

/*
 * LAN_DECLARE_ERROR (LanStoreError, lan_store_error, LAN_STORE_ERROR, LIST) in a header, where LIST
 * is an X-macro list of X (NAME, "code", "sentence"); LAN_DEFINE_ERROR in one .c file. Gives the
 * enum with LAN_STORE_ERROR_NAME..., the quark function and lan_store_error_code (int) with the
 * stable text code that programs may rely on.
 */
#define LAN_DECLARE_ERROR(Type, prefix)                                                            \
  GQuark prefix##_quark (void);                                                                    \
  const char *prefix##_code (int value);

#define LAN_DEFINE_ERROR(Type, prefix, domain, LIST)                                               \
  GQuark prefix##_quark (void)                                                                     \
  {                                                                                                \
    return g_quark_from_static_string (domain);                                                    \
  }                                                                                                \
  const char *prefix##_code (int value)                                                            \
  {                                                                                                \
    static const char *const codes[] = { LIST (LAN_ERROR_CODE_) };                                 \
    return value >= 0 && (gsize) value < G_N_ELEMENTS (codes) ? codes[value] : "unknown";          \
  }
#define LAN_ERROR_CODE_(name, code, text) code,

G_END_DECLS
