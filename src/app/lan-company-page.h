/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The preferences' page about the company's server: how it stands, join, leave.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_COMPANY_PAGE (lan_company_page_get_type ())
G_DECLARE_FINAL_TYPE (LanCompanyPage, lan_company_page, LAN, COMPANY_PAGE, HdyPreferencesPage)

/** Once, before it is shown. */
void lan_company_page_set_node (LanCompanyPage *self, LanNode *node);

G_END_DECLS
