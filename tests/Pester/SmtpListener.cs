using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

/// <summary>A mail server on this machine that keeps what it receives (RFC 5321, without extensions).</summary>
public sealed class SmtpListener : IDisposable
{
    private readonly TcpListener _listener = new TcpListener(IPAddress.Loopback, 0);
    private readonly List<ReceivedMail> _mails = new List<ReceivedMail>();

    public SmtpListener()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port { get; private set; }

    /// <summary>A recipient whose mails are rejected.</summary>
    public string Rejected { get; set; }

    public ReceivedMail[] Take()
    {
        lock (_mails)
        {
            ReceivedMail[] all = _mails.ToArray();
            _mails.Clear();
            return all;
        }
    }

    public void Dispose()
    {
        _listener.Stop();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        using (var reader = new StreamReader(client.GetStream(), Encoding.UTF8))
        using (var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true })
        {
            var to = new List<string>();
            string from = null;
            writer.WriteLine("220 localhost");
            string line;
            while ((line = reader.ReadLine()) != null)
            {
                string verb = line.Split(' ')[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO":
                    case "HELO":
                    case "RSET":
                        writer.WriteLine("250 localhost");
                        break;
                    case "MAIL":
                        from = Address(line);
                        writer.WriteLine("250 OK");
                        break;
                    case "RCPT":
                        bool rejected = Address(line) == Rejected;
                        if (!rejected)
                        {
                            to.Add(Address(line));
                        }

                        writer.WriteLine(rejected ? "550 No such user" : "250 OK");
                        break;
                    case "DATA":
                        writer.WriteLine("354 Go on");
                        string text = ReadData(reader);
                        lock (_mails)
                        {
                            _mails.Add(new ReceivedMail { From = from, To = to.ToArray(), Text = text });
                        }

                        to.Clear();
                        writer.WriteLine("250 OK");
                        break;
                    case "QUIT":
                        writer.WriteLine("221 Bye");
                        return;
                    default:
                        writer.WriteLine("502 Not implemented");
                        break;
                }
            }
        }
    }

    private static string Address(string line)
    {
        int start = line.IndexOf('<') + 1;
        return line.Substring(start, line.IndexOf('>') - start);
    }

    private static string ReadData(StreamReader reader)
    {
        var text = new StringBuilder();
        string line;
        while ((line = reader.ReadLine()) != null && line != ".")
        {
            text.Append(line.StartsWith("..", StringComparison.Ordinal) ? line.Substring(1) : line).Append('\n');
        }

        return text.ToString();
    }
}

/// <summary>A received mail.</summary>
public sealed class ReceivedMail
{
    public string From { get; set; }

    public string[] To { get; set; }

    public string Text { get; set; }

    /// <summary>The decoded body, which SmtpClient sends as base64 or quoted-printable.</summary>
    public string Body
    {
        get
        {
            int end = Text.IndexOf("\n\n", StringComparison.Ordinal);
            string body = Text.Substring(end + 2);
            if (Text.Substring(0, end).IndexOf("base64", StringComparison.OrdinalIgnoreCase) >= 0)
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(body.Replace("\n", string.Empty)));
            }

            return body.Replace("=\n", string.Empty).Replace("=3D", "=");
        }
    }
}
