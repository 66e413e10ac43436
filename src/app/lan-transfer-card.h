/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One file on its way, in a bubble or in the list of transfers: icon, name, size and kind, progress,
 * and the buttons its state allows. It opens nothing by itself (SECURITY section 10, row 28): a
 * received file is shown or opened only by a click, and programs only in their folder.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-transfer.h>

G_BEGIN_DECLS

#define LAN_TYPE_TRANSFER_CARD (lan_transfer_card_get_type ())
G_DECLARE_FINAL_TYPE (LanTransferCard, lan_transfer_card, LAN, TRANSFER_CARD, GtkBox)

/** @with_person: whether the second line says from or to whom it goes. */
GtkWidget *lan_transfer_card_new (LanTransfer *transfer, gboolean with_person);

G_END_DECLS
