/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Device certificates: whatever decodes must also be within every bound it claims. */
#include "lan-cert.h"
#include "lan-text.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanCert cert;
  LanStatus decoded = lan_cert_decode (&cert, data, size);

  if (decoded == LAN_STATUS_OK) {
    g_assert (size == 264 + strlen (cert.name) && size <= LAN_CERT_BYTES_MAX);
    g_assert (lan_text_is_clean_name (cert.name));
    g_assert (lan_cert_check_time (&cert, cert.not_before_s, 0) == LAN_STATUS_OK);
  }
  if (lan_cert_verify (&cert, data, size) == LAN_STATUS_OK)
    g_assert (decoded == LAN_STATUS_OK);
  return 0;
}
