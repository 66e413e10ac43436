/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The parts of this module's test program: each adds its tests. */
#pragma once

void add_attested_tests (void);
void add_batch_tests (void);
void add_mail_tests (void);
void add_operate_tests (void);
void add_pairing_tests (void);
