"""Android: adb's answers, androidqf and the Android Management API."""
