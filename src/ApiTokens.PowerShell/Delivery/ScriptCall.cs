using System.Management.Automation;
using System.Runtime.ExceptionServices;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Calls a script block of the user with a token in <c>$_</c> and its secret in <c>$args[0]</c>.</summary>
internal static class ScriptCall
{
    /// <summary>Calls the script block. Its output becomes verbose messages.</summary>
    /// <returns>False if an item of the output is false.</returns>
    public static bool Invoke(PSCmdlet cmdlet, ScriptBlock script, PSObject token, SecureString? secret)
    {
        bool accepted = true;
        foreach (PSObject? item in script.InvokeWithContext(null, [new PSVariable("_", token)], secret))
        {
            accepted &= item?.BaseObject is not false;
            cmdlet.WriteVerbose(Clean(item?.ToString() ?? string.Empty, secret));
        }

        return accepted;
    }

    /// <summary>Calls the script block, and writes each object of its output to the pipeline when it comes.</summary>
    public static void Stream(PSCmdlet cmdlet, ScriptBlock script, PSObject token, SecureString secret)
    {
        // The collected output of a script block comes at its end, so another one passes it on.
        var output = new PipelineWriter(cmdlet);
        ScriptBlock stream = ScriptBlock.Create(
            "param($ScriptBlock, $Secret, $Output) & $ScriptBlock $Secret | & { process { $Output.Write($_) } }");
        if (script.Module is { } module)
        {
            stream = module.NewBoundScriptBlock(stream);
        }

        try
        {
            stream.InvokeWithContext(null, [new PSVariable("_", token)], script, secret, output);
        }
        catch when (output.Error is not null)
        {
            ExceptionDispatchInfo.Capture(output.Error).Throw();
        }
    }

    /// <summary>Returns a function that lets the script block verify a token, for the core.</summary>
    public static Func<ApiToken, SecureString?, bool>? Verification(PSCmdlet cmdlet, ScriptBlock? script) => script is null
        ? null
        : (token, secret) =>
        {
            try
            {
                return Invoke(cmdlet, script, PSObject.AsPSObject(token), secret);
            }
#pragma warning disable CA1031 // A script block can throw anything.
            catch (Exception e) when (e is not (ApiTokenException or PipelineStoppedException))
#pragma warning restore CA1031
            {
                throw new ApiTokenException(
                    ErrorKind.InvalidResult, $"{Clean(e.Message, secret).TrimEnd('.')}.", advice: null, ErrorIds.VerificationFailed);
            }
        };

    /// <summary>Redacts the secret in a text of a script or a vault.</summary>
    public static string Clean(string text, SecureString? secret) => ForeignText.InMessage(ForeignText.Mask(
        secret is null or { Length: 0 } ? text : text.Replace(SecretText.ToPlainText(secret), "***")));
}
