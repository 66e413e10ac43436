/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include <glib.h>

void add_config_tests (void);
void add_db_tests (void);
void add_db_mail_tests (void);
void add_gate_tests (void);
void add_hub_tests (void);
