# The manual test of the image monitoring service, against a running one.
#   .\test\test-image-monitoring.ps1 [-BaseUrl http://localhost:4002] [-ImageId 1]
param(
    [string]$BaseUrl = 'http://localhost:4002',
    [int]$ImageId = 1
)

$smoke = Join-Path (Split-Path -Parent $PSScriptRoot) 'scripts/smoke.mjs'
& node $smoke $BaseUrl --image $ImageId
exit $LASTEXITCODE
