using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>How a token with its secret goes to the pipeline.</summary>
internal static class Issued
{
    /// <summary>As it is, or with the secret as text where the user asked for it: the one way out of a SecureString.</summary>
    public static object ForOutput(IssuedToken token, bool asPlainText)
    {
        if (!asPlainText)
        {
            return token;
        }

        var plain = PSObject.AsPSObject(token);
        plain.Properties.Add(new PSNoteProperty(nameof(IssuedToken.Secret), SecretText.ToPlainText(token.Secret)));
        return plain;
    }
}
