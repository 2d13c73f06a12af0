<#
.SYNOPSIS
    Issues the six tokens of the example in Devo's documentation of its Credentials API, in one pipeline.
.DESCRIPTION
    The documentation uses a bash script with six curl calls, one for each kind of token. Here each token is a row, the
    secrets are returned as SecureStrings, and a row that Devo rejects is an error that does not stop the other rows.
    Connect first, for example:
        Connect-ApiTokenService Devo my_domain -Region EU -Token (Read-Host -AsSecureString)
.EXAMPLE
    ./devo-tokens.ps1 -User user@example.com
.EXAMPLE
    ./devo-tokens.ps1 -User user@example.com -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The user that the tokens act for.
    [Parameter(Mandatory)] [string] $User,

    # The table that the tokens can access.
    [string] $Table = 'my.app.test.tokenapi',

    # The connection.
    [string] $Connection = 'devo'
)

@"
Name,Audience,Scope
Aggregation task token created by API,aggregations,table://$Table level://admin
Query token created by API,apiv2,table://$Table level://admin
Query job management token created by API,apiv2-admin,table://$Table level://admin
Alerts token created by API,alerts,table://$Table level://admin
HTTP ingestion token created by API,http,table://$Table level://admin
HTTP ingestion token for all tables created by API,http,table://*.** level://admin
"@ | ConvertFrom-Csv | New-ApiToken -Connection $Connection -User $User
