using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Converts an issued token for the pipeline.</summary>
internal static class Issued
{
    /// <summary>Returns the token, or a copy with the secret as plain text if the user requested that.</summary>
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
