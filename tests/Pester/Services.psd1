# What the tests know of each service: they try all of them alike, as far as their capabilities go. A new service is one row.
#
#   SetEnabled to LastUsed   what it can do
#   Issue                    with what a token is issued whose secret can prove itself
#   Proof                    what any secret may GET, and the scheme before it; two services have more to it (Get-SecretStatus)
#   Like                     with what a token is issued of which a successor must have everything
#   Gone                     an id of the right form that no token has
#   Stranger                 a text of the form of its secrets that is none of this account's
#   MatchedBy                what tells whose a secret is without sending it
#   Kinds, Some              what Get-ApiTokenPermission lists
#   User, Issuer             some of the people that the sandbox's tokens have, where they have any
@{
    Services = @(
        @{
            Service = 'Devo'; Connection = 'devo'; HasLogin = $false
            SetEnabled = $true; Rename = $true; NewDescription = $false; SetDescription = $false; SetAccess = $false
            InPlace = $false; ReadSecret = $true; Expiry = 'None'; LastUsed = $false
            Issue = @{ User = 'user@example.com'; Audience = 'apiv2' }
            Proof = @{ Path = 'whoami'; Scheme = 'Bearer' }
            Like = @{ Scope = 'table://my.app.table level://admin'; Audience = 'apiv2 alerts' }
            Gone = '999999'
            Stranger = '00112233445566778899aabbccddeeff'
            MatchedBy = 'Value'
            Kinds = @('Audience', 'Scope'); Some = @('apiv2', 'alerts', 'http')
            User = 'leaver@example.com'; Issuer = 'ADMIN@example.com'
        }
        @{
            Service = 'Wegnology'; Connection = 'wegnology'; HasLogin = $true
            SetEnabled = $true; Rename = $true; NewDescription = $true; SetDescription = $true; SetAccess = $false
            InPlace = $false; ReadSecret = $false; Expiry = 'AnyOrNever'; LastUsed = $false
            Issue = @{ Scope = 'All' }
            Like = @{ Scope = 'ReadOnly'; Description = 'what for'; ExpiresIn = '45d' }
            Gone = 'ffffffffffffffffffffffff'
            Stranger = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI1ZTAwMDAwMDAwMDAwMDAwMDBmZmZmZmYifQ.c2lnbmF0dXJl'
            MatchedBy = 'Claims'
            Kinds = @('Preset', 'Scope'); Some = @('All', 'ReadOnly', 'Cli', 'all.User', 'all.Application.read', 'devices.get')
            User = '575ed70c7ae143cd83dc4aa9'; Issuer = 'leaver@example.com'
        }
        @{
            Service = 'Gcore'; Connection = 'gcore'; HasLogin = $true
            SetEnabled = $false; Rename = $false; NewDescription = $true; SetDescription = $false; SetAccess = $false
            InPlace = $false; ReadSecret = $false; Expiry = 'AnyOrNever'; LastUsed = $true
            Issue = @{ Role = 'Engineers' }
            Proof = @{ Path = 'iam/clients/me'; Scheme = 'APIKey' }
            Like = @{ Role = 'Users'; Description = 'what for'; ExpiresIn = '45d' }
            Gone = '999999'
            Stranger = '99999_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
            MatchedBy = 'Form'
            Kinds = @('Role'); Some = @('Administrators', 'Engineers', 'Users')
            User = 'JDOE@example.com'; Issuer = 'user@example.com'
        }
        @{
            Service = 'ApplicationUsers'; Connection = 'application-users'; HasLogin = $false
            SetEnabled = $false; Rename = $true; NewDescription = $false; SetDescription = $false; SetAccess = $true
            InPlace = $true; ReadSecret = $false; Expiry = 'Months'; LastUsed = $true
            Issue = @{ User = 'jdoe'; ApplyToAll = 'Full' }
            Like = @{ ApplyToAll = 'Read'; Access = @{ vendor = 'Full' }; ExpirationMonths = 12 }
            Gone = 'at_zzzzzzzzzzzzzzzzzzzz'
            Stranger = 'zz112233445566778899aabbccddeeff00112233'
            Kinds = @('Api'); Some = @('location', 'vendor', 'purchase-order')
            User = 'asmith'; Issuer = 'admin'
        }
    )
}
