# The module's exchanges with Application Users: every cmdlet that sends a request, and the errors of the service.
. "$PSScriptRoot/common.ps1"

$null = Connect-ApiTokenService ApplicationUsers $service.account -Token (ConvertTo-Secret $service.secret) -BaseUri $service.baseUri -Name users
Assert-That 'the catalogue of APIs is listed' -Holds (@(Get-ApiTokenPermission -Connection users).Count -gt 10)

$token = New-ApiToken -Connection users -Name ci -User jdoe -Access @{ location = 'Read' } -ExpirationMonths 3
$all = New-ApiToken -Connection users -Name all -User jdoe -ApplyToAll Full
$other = New-ApiToken -Connection users -Name other -User asmith -ExpirationMonths 12
Assert-That 'the token has an owner and a secret' -Holds ($token.Owner -eq 'jdoe' -and $token.Secret.Length -gt 0)
Assert-That 'a token is read by its id' -Holds ((Get-ApiToken -Connection users -Id $token.Id).Name -eq 'ci')
Assert-That 'all tokens are listed' -Holds (@(Get-ApiToken -Connection users).Count -ge 3)
Assert-That 'the tokens of a user are listed' -Holds (@(Get-ApiToken -Connection users -User jdoe -Status Active).Count -ge 2)
foreach ($status in 'Active', 'Expired', 'Revoked') {
    $null = Get-ApiToken -Connection users -Status $status
}

$token | Set-ApiToken -Access @{ location = 'Full'; vendor = 'Read' }
$token | Set-ApiToken -ApplyToAll None
$token | Rename-ApiToken -NewName 'ci (linux)'
Assert-That 'the token has its new name' -Holds ((Get-ApiToken -Connection users -Id $token.Id).Name -eq 'ci (linux)')

$reset = $token | Reset-ApiToken -InPlace -ExpirationMonths 6
Assert-That 'the reset is in place' -Holds ($reset.Id -eq $token.Id)
$successor = $other | Reset-ApiToken
Assert-That 'the reset is proved' -Holds ($successor.Secret.Length -gt 0)
Assert-That 'a secret is found' -Holds ((Find-ApiToken -Secret $reset.Secret -Connection users -Probe).Id -eq $reset.Id)
$null = Get-ApiToken -Connection users | Test-ApiToken

$reset | Remove-ApiToken
Assert-That 'the token is revoked' -Holds ((Get-ApiToken -Connection users -Id $reset.Id).Status -eq 'Revoked')
$reset | Remove-ApiToken
Remove-ApiToken -User jdoe -All -Connection users
Assert-That 'no token of the user is active' -Holds (-not (Get-ApiToken -Connection users -User jdoe -Status Active))

Assert-Error 'ObjectNotFound' { Get-ApiToken -Connection users -Id at_00000000000000000000 }
Assert-Error 'ObjectNotFound' { Remove-ApiToken at_00000000000000000000 -Connection users }
Assert-Error 'ObjectNotFound' { New-ApiToken -Connection users -Name n -User nobody }
Assert-Error 'ResourceExists' { $all | Rename-ApiToken -NewName 'too late' }

# A user without the control may prove a token, but not manage any.
$clerk = New-ApiToken -Connection users -Name clerk -User clerk
$null = Connect-ApiTokenService ApplicationUsers $service.account -Token $clerk.Secret -BaseUri $service.baseUri -Name clerk -SkipCheck
Assert-Error 'PermissionDenied' { Get-ApiToken -Connection clerk }
Assert-Error 'AuthenticationError' {
    Connect-ApiTokenService ApplicationUsers $service.account -Token (ConvertTo-Secret 'wrong') -BaseUri $service.baseUri -Name wrong
}
Assert-Error 'ObjectNotFound' {
    Connect-ApiTokenService ApplicationUsers 'another-site' -Token (ConvertTo-Secret $service.secret) -BaseUri $service.baseUri -Name another
}
