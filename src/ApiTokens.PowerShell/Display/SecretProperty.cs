using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Display;

/// <summary>The property Secret of an issued token, which the types file adds.</summary>
public static class SecretProperty
{
    /// <summary>Returns the secret of an issued token.</summary>
    /// <param name="instance">The token.</param>
    /// <returns>The secret; null if the object is not an issued token.</returns>
    public static SecureString? Get(PSObject instance) => (instance?.BaseObject as IssuedToken)?.GetSecret();
}
