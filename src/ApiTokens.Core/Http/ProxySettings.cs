using System.Net;
using System.Security;
using System.Text;

namespace ApiTokens.Http;

/// <summary>The proxy of a connection. Without an address, the connection uses no proxy.</summary>
/// <param name="Address">The address, without a user.</param>
/// <param name="UserName">The user name for the proxy; null to send no credential.</param>
/// <param name="Password">The password of <paramref name="UserName"/>.</param>
internal sealed record ProxySettings(Uri? Address, string? UserName = null, SecureString? Password = null)
{
    /// <summary>Creates the proxy. It sends the credential only after the proxy has asked for it.</summary>
    public IWebProxy ToWebProxy() => new WebProxy(Address)
    {
        UseDefaultCredentials = false,
        Credentials = Credential,
    };

    /// <summary>Redacts the password in a text, also as it is encoded in a header.</summary>
    public string Redact(string text)
    {
        if (Password is not { Length: > 0 } password)
        {
            return text;
        }

        string plain = SecretText.ToPlainText(password);
        string header = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{plain}"));
        return text.Replace(header, ForeignText.Masked).Replace(plain, ForeignText.Masked);
    }

    /// <summary>Returns the address for messages.</summary>
    public override string ToString() => Address is null ? "none" : $"{Address.Scheme}://{Address.Authority}";

    private NetworkCredential? Credential
    {
        get
        {
            if (UserName is null || Password is null)
            {
                return null;
            }

            int domain = UserName.IndexOf('\\');
            return domain < 0
                ? new NetworkCredential(UserName, Password)
                : new NetworkCredential(UserName.Substring(domain + 1), Password, UserName.Substring(0, domain));
        }
    }
}
