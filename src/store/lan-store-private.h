/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Opening on a VFS of the caller's choice, for tests of crashes and full disks. */
#pragma once

#include "lan-page-seal.h"
#include "lan-store.h"

G_BEGIN_DECLS

/** lan_store_open with the seal (transfer full) and the name of the VFS that keeps the bytes. */
LanStore *lan_store_open_on (const char *path, LanPageSeal *seal, const char *below,
                             LanStoreFlags flags, LanStoreOpened on_opened,
                             gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
