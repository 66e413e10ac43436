/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-store-error.h"

LAN_DEFINE_ERROR (LanStoreError, lan_store_error, "lan-store-error", LAN_STORE_ERROR_LIST)

const char *
lan_store_error_advice (LanStoreError error)
{
  static const char *const advice[] = {
#define X(name, code, text) text,
    LAN_STORE_ERROR_LIST (X)
#undef X
  };

  return (guint) error < G_N_ELEMENTS (advice) ? advice[error] : "Restart the program";
}

void
lan_store_error_set (GError **error, LanStoreError code, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, LAN_STORE_ERROR, (int) code, "%s. %s.", what, lan_store_error_advice (code));
}
